import time

import torch

torch.manual_seed(0)
x = torch.ones(64)
for _ in range(40):
    if time.time_ns() // 1000 % 2:  # parts: control-flow
        x = x + 1
    else:
        x = x * 2
print(x.sum().item())
