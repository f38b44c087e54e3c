"""A data set with noise of its own."""
import numpy as np
from torch.utils.data import DataLoader, Dataset


class NoisyDataset(Dataset):
    def __init__(self, base, scale=0.05, seed=0):
        self.base = base
        self.scale = scale
        self.rng = np.random.default_rng(seed)
        #          ^^^^^^^^^^^^^^^^^^^^^ shared-worker-rng warning

    def __len__(self):
        return len(self.base)

    def __getitem__(self, index):
        picture, label = self.base[index]
        return picture + self.scale * self.rng.standard_normal(picture.shape), label


class FixedNoise(NoisyDataset):
    def __init__(self, base, seed=0):
        self.base = base
        self.seed = seed

    def __getitem__(self, index):
        rng = np.random.default_rng((self.seed, index))
        picture, label = self.base[index]
        return picture + rng.standard_normal(picture.shape), label


def noisy_loader(base, workers=2):
    return DataLoader(NoisyDataset(base), batch_size=32, num_workers=workers)
