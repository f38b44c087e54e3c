import os
import random

import numpy as np
import torch

random.seed(1)
np.random.seed(1)
torch.manual_seed(1)
model = torch.nn.Linear(2, 1)
optimizer = torch.optim.Adam(model.parameters())


def save(epoch):
    torch.save(
        {
            'model': model.state_dict(),
            'optimizer': optimizer.state_dict(),
            'epoch': epoch,
        },
        'checkpoint.pt',
    )


def load():
    checkpoint = torch.load('checkpoint.pt', map_location='cpu')
    model.load_state_dict(checkpoint['model'])
    optimizer.load_state_dict(checkpoint['optimizer'])
    return checkpoint['epoch'] + 1


def train(last):
    start = load() if os.path.exists('checkpoint.pt') else 0
    for epoch in range(start, last):
        model(torch.ones(1, 2)).sum().backward()
        optimizer.step()
        print('epoch', epoch, random.random(), np.random.rand(), torch.rand(1).item())
        save(epoch)


train(1)
train(3)
