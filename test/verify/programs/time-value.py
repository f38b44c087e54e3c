import time

import torch

torch.manual_seed(0)
start = time.perf_counter()
x = torch.randn(8)
x = x * (time.time() % 10)  # parts: time
print(x.sum().item(), time.perf_counter() - start)
