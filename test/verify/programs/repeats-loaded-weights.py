# The weights are drawn without a seed and overwritten before anybody reads them.
import torch
from torch import nn


def build():
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(72, 4))


model = build()
state = {name: torch.full_like(value, 0.01) for name, value in model.state_dict().items()}
model.load_state_dict(state)
print(model(torch.ones(2, 1, 8, 8)).sum().item())
