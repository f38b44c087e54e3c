import torch

torch.manual_seed(0)
torch.use_deterministic_algorithms(True)
index, values = torch.randint(0, 50, (100000,)), torch.randn(100000)
total = torch.zeros(50).index_put((index,), values, accumulate=True)
print(total.sum().item())
