import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset
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


class Noisy(Dataset):
    def __len__(self):
        return 32

    def __getitem__(self, index):
        x = np.ones(8, dtype=np.float32)
        x = x + np.random.randn(8).astype(np.float32)  # parts: unseeded-stream
        return torch.from_numpy(x), torch.zeros(1)


print(train(nn.Linear(8, 1), DataLoader(Noisy(), batch_size=8)))
