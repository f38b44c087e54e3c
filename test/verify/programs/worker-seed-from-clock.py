import time

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset


class Jitter(Dataset):
    def __len__(self):
        return 6

    def __getitem__(self, index):
        return np.random.rand()


def seed_worker(worker):
    np.random.seed((worker + time.time_ns()) % 2**32)  # parts: time


if __name__ == "__main__":
    torch.manual_seed(0)
    loader = DataLoader(Jitter(), batch_size=3, num_workers=2, worker_init_fn=seed_worker)
    print([batch.sum().item() for batch in loader])
