# {"claim": "DataLoader workers seed random, numpy and torch from the loader's torch seed, so numpy and random need no seed where only workers draw from them."}
#- bad
import random

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset


class Noise(Dataset):
    def __len__(self):
        return 16

    def __getitem__(self, index):
        return np.random.rand() + random.random() + torch.rand(1).item()


if __name__ == "__main__":
    print(torch.cat(list(DataLoader(Noise(), batch_size=4, num_workers=2))).tolist())
#- good
import random

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset


class Noise(Dataset):
    def __len__(self):
        return 16

    def __getitem__(self, index):
        return np.random.rand() + random.random() + torch.rand(1).item()


if __name__ == "__main__":
    torch.manual_seed(0)
    print(torch.cat(list(DataLoader(Noise(), batch_size=4, num_workers=2))).tolist())
