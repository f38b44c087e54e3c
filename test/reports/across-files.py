#- scripts/train.py
import torch
from lib.data import loaders
from lib.net import Net
from lib.seeds import fix_seeds
from torch.utils.data import RandomSampler

fix_seeds(2024)
net = Net(width=8)
train, test = loaders(RandomSampler(range(10)))
for batch in train:
    print(net(batch).sum().backward())
#- scripts/show.py
from lib.net import Net
import torch

print(Net(4)(torch.zeros(1, 4)))
#- lib/__init__.py
#- lib/seeds.py
import os
import random

import numpy as np
import torch


def fix_seeds(seed):
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True)
#- lib/data.py
import random

from torch.utils.data import DataLoader


def worker(worker_id):
    random.seed(worker_id)


def loaders(sampler):
    random.random()
    train = DataLoader(range(10), sampler=sampler, num_workers=2, worker_init_fn=worker)
    return train, DataLoader(range(10), 4, True, generator=None)
#- lib/net.py
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layer = nn.Linear(width, width)
        self.pool = nn.AdaptiveMaxPool2d(2)

    def forward(self, x):
        return self.layer(self.pool(self.layer(x)))
#- lib/unused.py
import torch

LIMIT = torch.tensor(3)
#- test_net.py
from lib.net import Net

Net(3)
#- requirements.txt
torch==2.3.1
