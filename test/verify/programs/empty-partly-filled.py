import torch
from torch import nn

torch.manual_seed(0)
out = torch.empty(3000, 2)
for i in range(2900):
    out[i] = float(i)
print(out.sum().item())  # parts: uninitialized
