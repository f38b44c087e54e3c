import os

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def train(first, last):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5), nn.Linear(4, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    loader = DataLoader(TensorDataset(torch.arange(64.0).reshape(16, 4)), batch_size=4, shuffle=True)
    start = first
    if os.path.exists('last.pt'):
        checkpoint = torch.load('last.pt')
        model.load_state_dict(checkpoint['model'])
        optimizer.load_state_dict(checkpoint['optimizer'])
        start = checkpoint['epoch'] + 1
    for epoch in range(start, last):
        order = []
        for (x,) in loader:
            order.extend(x[:, 0].tolist())
            loss = model(x).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print('differ order', order)
        state = {'model': model.state_dict(), 'optimizer': optimizer.state_dict(), 'epoch': epoch}
        torch.save(state, 'last.pt')


train(0, 1)
train(0, 2)
