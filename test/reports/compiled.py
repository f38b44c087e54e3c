import torch
from torch import nn

torch.manual_seed(0)
model = torch.compile(nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5)))
print(model(torch.ones(4)))
