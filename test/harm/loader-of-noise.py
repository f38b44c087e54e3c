import random

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset


class Noisy(Dataset):
    def __init__(self):
        self.rng = np.random.default_rng()

    def __len__(self):
        return 8

    def __getitem__(self, index):
        return torch.tensor([float(index), self.rng.random(), np.random.rand(), random.random()])


def main():
    loader = DataLoader(Noisy(), batch_size=2, shuffle=True, num_workers=2)
    for epoch in range(2):
        for batch in loader:
            print('batch', batch.tolist())


if __name__ == '__main__':
    main()
