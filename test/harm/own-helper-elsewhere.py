#- train.py
import random

import torch
from lib.setup import prepare

layer = torch.nn.Linear(2, 2)
print('weights', layer.weight.tolist())
print('python', random.random())
#- lib/__init__.py
#- lib/setup.py
import torch


def prepare(number):
    torch.manual_seed(number)
