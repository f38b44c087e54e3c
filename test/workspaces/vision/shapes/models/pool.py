"""Pooling."""
import torch
from torch import nn


class AttentionPool(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.query = nn.Parameter(torch.zeros(width))

    def forward(self, x):
        tokens = x.flatten(2).transpose(1, 2)
        weights = (tokens @ self.query).softmax(dim=1)
        return (weights.unsqueeze(-1) * tokens).sum(dim=1)


def scatter_mean(values: torch.Tensor, index: torch.Tensor, size: int) -> torch.Tensor:
    total = values.new_zeros(size, values.shape[1])
    total.index_add_(0, index, values)
    count = torch.bincount(index, minlength=size).clamp(min=1)
    return total / count.unsqueeze(1)
