import os

import torch

rank = 0
torch.manual_seed(rank + os.getpid())  # parts: entropy
print(torch.randn(3).sum().item())
