import os

import torch

torch.manual_seed(0)
x = torch.randn(16)
for _ in range(os.getpid() % 997):  # parts: control-flow
    x = x * 1.01
print(x.sum().item())
