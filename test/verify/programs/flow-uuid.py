import torch
from torch import nn

import uuid
torch.manual_seed(0)
x = torch.randn(4)
for i in range(16):
    if uuid.uuid4().int % 2:  # parts: control-flow
        x = x.exp().clamp(max=3)
    else:
        x = x.sigmoid()
print(x.sum().item())
