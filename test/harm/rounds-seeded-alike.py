import random

import numpy as np
import torch


def experiment():
    torch.manual_seed(5)
    print('weights', torch.rand(2).tolist())
    print('differ numpy', np.random.rand(2).tolist())
    print('differ python', random.random())
    rng = np.random.default_rng()
    print('differ rng', rng.random())


for run in range(3):
    experiment()
