import time

import torch

torch.manual_seed(0)
x = torch.ones(64)
start = time.time()
while time.time() - start < 0.05:  # parts: control-flow
    x = x + 1
print(x.sum().item())
