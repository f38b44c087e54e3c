# {"claim": "On CUDA index_add_ adds colliding rows in any order; the flag makes it repeat.", "needs": "cuda"}
#- bad
import torch

torch.manual_seed(0)
values = torch.randn(1_000_000, device="cuda")
index = torch.randint(0, 64, (1_000_000,), device="cuda")
print([torch.zeros(64, device="cuda").index_add_(0, index, values).double().sum().item() for _ in range(20)])
#- good
import torch

torch.manual_seed(0)
torch.use_deterministic_algorithms(True)
values = torch.randn(1_000_000, device="cuda")
index = torch.randint(0, 64, (1_000_000,), device="cuda")
print([torch.zeros(64, device="cuda").index_add_(0, index, values).double().sum().item() for _ in range(20)])
