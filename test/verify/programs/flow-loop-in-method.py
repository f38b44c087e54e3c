import time

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, x):
        for _ in range(time.time_ns() // 100 % 97 + 3):  # parts: control-flow
            x = self.layer(x)
        return x


def train(net, steps):
    for _ in range(steps):
        x = torch.ones(4)
        loss = net(x).sum()
        print(loss.item())


torch.manual_seed(0)
train(Net(), 3)
