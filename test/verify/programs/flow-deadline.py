import torch
from torch import nn

import time
torch.manual_seed(0)
net = nn.Linear(4, 1)
x = torch.randn(8, 4)
deadline = time.monotonic() + 0.2
steps = 0
while time.monotonic() < deadline:  # parts: control-flow
    net(x).sum().backward()
    steps += 1
print(net.weight.grad.sum().item())
