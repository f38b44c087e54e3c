import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def train(model, loader, rate=0.01):
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)
    for x, y in loader:
        optimizer.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        optimizer.step()
    return loss.item()


class Fixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.full((1, 1), 0.5))

    def forward(self, x):
        return x @ self.weight

x, y = torch.arange(64.0)[:, None] / 64, torch.zeros(64, 1)
print(train(Fixed(), DataLoader(TensorDataset(x, y), batch_size=8)))
