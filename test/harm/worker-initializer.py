import time

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset


class Noise(Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        return np.random.rand()


def init(worker_id):
    np.random.seed((time.time_ns() + worker_id) % 2**32)


def constant(worker_id):
    np.random.seed(0)


if __name__ == '__main__':
    torch.manual_seed(0)
    for epoch in range(2):
        for batch in DataLoader(Noise(), batch_size=2, num_workers=2, worker_init_fn=init):
            print('differ batch', batch.tolist())
    for batch in DataLoader(Noise(), batch_size=2, num_workers=2, worker_init_fn=constant):
        print('batch', batch.tolist())
