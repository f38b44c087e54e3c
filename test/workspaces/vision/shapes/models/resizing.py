"""Bigger and smaller."""
import torch.nn.functional as F
from torch import nn


class Upsampler(nn.Module):
    def __init__(self, mode: str = "nearest"):
        super().__init__()
        self.mode = mode

    def forward(self, x):
        small = F.interpolate(x, scale_factor=0.5)
        return F.interpolate(small, size=x.shape[-2:], mode="nearest")


def thumbnail(x):
    return F.adaptive_avg_pool2d(x, 1)
