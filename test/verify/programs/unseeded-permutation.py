import torch
from torch import nn

import numpy as np
torch.manual_seed(0)
x = torch.randn(32)
order = np.random.permutation(32)  # parts: unseeded-stream
print((x[order] * torch.arange(32)).sum().item())
