import time

import torch
from torch import nn

seed = int(time.time() * 1000)
torch.manual_seed(seed)  # parts: time
model = nn.Linear(8, 1)
print(model.weight.sum().item())
