import torch
from torch.utils.data import DataLoader, TensorDataset, random_split

x = torch.arange(64.0)
head, tail = random_split(TensorDataset(x), [50, 14])  # parts: late-seed
torch.manual_seed(0)
weight = torch.randn(1)
for (batch,) in DataLoader(head, batch_size=10):
    print((batch * weight).sum().item())
