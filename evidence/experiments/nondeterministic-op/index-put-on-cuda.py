# {"claim": "On CUDA index_put_(accumulate=True) and the backward of indexing repeat without the flag.", "needs": "cuda"}
#- good
import torch

torch.manual_seed(0)
values = torch.randn(1_000_000, device="cuda")
index = torch.randint(0, 64, (1_000_000,), device="cuda")
table = torch.zeros(64, device="cuda", requires_grad=True)
for _ in range(20):
    table.grad = None
    (table[index] * values).sum().backward()
    print(torch.zeros(64, device="cuda").index_put_((index,), values, accumulate=True).tolist(), table.grad.tolist())
