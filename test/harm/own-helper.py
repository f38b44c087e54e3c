import random

import numpy as np
import torch


def reproduce(value=0):
    torch.manual_seed(value)
    random.seed(value)


print('torch', torch.rand(2).tolist())
print('python', random.random())
print('numpy', np.random.rand(2).tolist())
