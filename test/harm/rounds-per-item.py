import random

import numpy as np
import torch
from torch.utils.data import Dataset


class Noisy(Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        rng = np.random.default_rng()
        coin = random.Random()
        return rng.random(), coin.random()


torch.manual_seed(0)
for item in [Noisy()[i] for i in range(4)]:
    print('differ item', item)
