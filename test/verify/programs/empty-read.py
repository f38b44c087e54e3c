import torch

torch.manual_seed(0)
buffer = torch.empty(5000)
total = buffer * 2  # parts: uninitialized
print(total.sum().item())
