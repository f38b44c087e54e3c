import torch

torch.manual_seed(0)
x = torch.randn(300, 3)
cache = torch.empty_like(x)
for step in range(3):
    cache += x  # parts: uninitialized
print(cache.sum().item())
