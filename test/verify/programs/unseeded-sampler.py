import torch
from torch import nn

from torch.utils.data import DataLoader, TensorDataset, RandomSampler
data = TensorDataset(torch.arange(32.0))
loader = DataLoader(data, batch_size=8, sampler=RandomSampler(data))  # parts: unseeded-stream
total = 0.0
for i, (x,) in enumerate(loader):
    total = total + (i + 1) * x.sum()
print(total.item())
