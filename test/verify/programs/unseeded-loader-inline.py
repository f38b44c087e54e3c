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

x, y = torch.arange(64.0)[:, None] / 64, torch.zeros(64, 1)
model = nn.Linear(1, 1)
with torch.no_grad():
    model.weight.fill_(0.1)
    model.bias.fill_(0)
print(train(model, DataLoader(TensorDataset(x, y), batch_size=8, shuffle=True)))  # parts: unseeded-stream
