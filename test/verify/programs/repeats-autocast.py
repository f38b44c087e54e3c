import torch
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(nn.Conv1d(2, 4, 3, padding=1), nn.BatchNorm1d(4), nn.GELU(), nn.LSTM(8, 4))
x = torch.randn(2, 2, 8)
with torch.autocast("cpu", dtype=torch.bfloat16):
    y, _ = net(x)
y.float().sum().backward()
print(y.float().sum().item())
