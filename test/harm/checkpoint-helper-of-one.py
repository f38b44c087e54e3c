#- train.py
import os

import torch

from common import build, load_checkpoint, save_checkpoint, train_epoch


def train(last):
    torch.manual_seed(0)
    model, optimizer = build()
    start = 0
    if os.path.exists('last.pt'):
        start = load_checkpoint('last.pt', model, optimizer)
    for epoch in range(start, last):
        print('differ order', train_epoch(model, optimizer))
        save_checkpoint('last.pt', model, optimizer, epoch)


def evaluate(seed):
    torch.manual_seed(seed)
    model, _ = build()
    load_checkpoint('last.pt', model)
    print('differ noise', model.train()(torch.ones(2, 4)).tolist())


if __name__ == '__main__':
    train(1)
    train(2)
    evaluate(1)
    evaluate(2)
#- common.py
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

DEVICE = 'cuda' if torch.cuda.is_available() else 'cpu'


def build():
    model = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5), nn.Linear(4, 1)).to(DEVICE)
    return model, torch.optim.SGD(model.parameters(), lr=0.01)


def train_epoch(model, optimizer):
    order = []
    for (x,) in DataLoader(TensorDataset(torch.arange(64.0).reshape(16, 4)), batch_size=4, shuffle=True):
        order.extend(x[:, 0].tolist())
        optimizer.zero_grad()
        model(x.to(DEVICE)).mean().backward()
        optimizer.step()
    return order


def save_checkpoint(path, model, optimizer, epoch):
    torch.save({'model': model.state_dict(), 'optimizer': optimizer.state_dict(), 'epoch': epoch}, path)


def load_checkpoint(path, model, optimizer=None):
    checkpoint = torch.load(path, map_location=DEVICE)
    model.load_state_dict(checkpoint['model'])
    if optimizer is not None:
        optimizer.load_state_dict(checkpoint['optimizer'])
    return checkpoint['epoch'] + 1
