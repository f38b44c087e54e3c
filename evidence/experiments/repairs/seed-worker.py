# {"claim": "With a seeded generator and seed_worker, order and worker draws repeat although nothing else is seeded, and epochs differ."}
#- good
import random

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset


class Noise(Dataset):
    def __len__(self):
        return 16

    def __getitem__(self, index):
        return index + np.random.rand() + random.random() + torch.rand(1).item()


def seed_worker(worker_id):
    worker_seed = torch.initial_seed() % 2**32
    np.random.seed(worker_seed)
    random.seed(worker_seed)


if __name__ == "__main__":
    g = torch.Generator()
    g.manual_seed(0)
    loader = DataLoader(Noise(), batch_size=4, shuffle=True, num_workers=2, worker_init_fn=seed_worker, generator=g)
    epochs = [torch.cat(list(loader)).tolist() for _ in range(2)]
    assert epochs[0] != epochs[1]
    print(epochs)
