import torch
from torch import nn

torch.manual_seed(0)


class Router(nn.Module):
    def __init__(self, width, count):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(count, width))
        self.out = nn.Linear(count, 1)

    def forward(self, x):
        return self.out(x @ self.weight.t())  # parts: uninitialized


print(Router(50, 30)(torch.ones(2, 50)).sum().item())
