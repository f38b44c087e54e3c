import torch
from torch import nn

import random
torch.manual_seed(0)
n = random.randint(2, 500)  # parts: unseeded-stream
x = torch.zeros(n)
print((x + 1).sum().item())
