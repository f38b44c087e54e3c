"""The classifier."""
import torch
from torch import nn

from .. import registry
from .blocks import ConvBlock
from .pool import AttentionPool


class ShapeNet(nn.Module):
    def __init__(self, classes: int, width: int = 32):
        super().__init__()
        self.stem = ConvBlock(3, width)
        self.body = nn.Sequential(*[ConvBlock(width, width) for _ in range(3)])
        self.pool = AttentionPool(width)
        self.head = nn.Linear(width, classes)
        self.dropout = nn.Dropout(0.1)
        nn.init.trunc_normal_(self.head.weight, std=0.02)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.dropout(self.pool(self.body(self.stem(x)))))
