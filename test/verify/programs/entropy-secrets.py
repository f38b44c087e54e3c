import torch
from torch import nn

import secrets
torch.manual_seed(0)
k = secrets.randbelow(1000)  # parts: entropy
x = torch.randn(3) + k
print(x.sum().item())
