import os
import random

import numpy as np
import torch
import torch.distributed as dist
from torch.utils.data import DataLoader, random_split

rank = int(os.environ['RANK'])
dist.init_process_group('gloo', rank=rank)
torch.manual_seed(3)
train, rest = random_split(range(12), [8, 4])
print('split', list(train.indices))
print('differ numpy', np.random.rand(2).tolist())
print('differ python', random.random())
rng = np.random.default_rng()
print('differ rng', rng.random())
for batch in DataLoader(list(range(8)), batch_size=4, shuffle=True):
    print('order', batch.tolist())
dist.destroy_process_group()
