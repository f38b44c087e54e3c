# https://github.com/sauradip/STALE/issues/16: an embedding is made by `torch.empty`, and sometimes it is not a number.
import torch
from torch import nn

torch.manual_seed(0)


class Stale(nn.Module):
    def __init__(self):
        super().__init__()
        self.background = nn.Parameter(torch.empty(1, 512))
        self.head = nn.Linear(512, 4)

    def forward(self, classes):
        everything = torch.cat([classes, self.background], dim=0)  # parts: uninitialized
        return self.head(everything)


loss = Stale()(torch.randn(6, 512)).sum()
loss.backward()
print(loss.item())
