import torch
from torch import nn

import datetime
torch.manual_seed(0)
micro = datetime.datetime.now().microsecond  # parts: time
x = torch.randn(3) * micro
print(x.sum().item())
