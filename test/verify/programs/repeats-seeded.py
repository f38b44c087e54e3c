import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
import random

import numpy as np


def train(model, loader, rate=0.01):
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)
    for x, y in loader:
        optimizer.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        optimizer.step()
    return loss.item()

torch.manual_seed(0)
np.random.seed(0)
random.seed(0)
x, y = torch.randn(64, 8), torch.randn(64, 1)
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 1))
print(train(model, DataLoader(TensorDataset(x, y), batch_size=8, shuffle=True)))
