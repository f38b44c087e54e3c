# {"claim": "Where workers leave numpy's global generator alone, as torch did before 1.9, all of them and all epochs draw the same; torch and random differ, and torch.initial_seed() tells them apart."}
#- holds
import random

import numpy as np
import torch
import torch.utils.data._utils.worker as worker
from torch.utils.data import DataLoader, Dataset

worker.HAS_NUMPY = False  # What 1.9 added is left out again.


class Drawn(Dataset):
    def __init__(self, draw):
        self.draw = draw

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return self.draw()


def from_numpy():
    return np.random.rand()


def from_python():
    return random.random()


def from_torch():
    return torch.rand(()).item()


def seed_worker(worker_id):
    np.random.seed(torch.initial_seed() % 2**32)


def epochs(draw, init=None):
    loader = DataLoader(Drawn(draw), num_workers=2, worker_init_fn=init)
    return [[batch.item() for batch in loader] for _ in range(2)]


if __name__ == "__main__":
    torch.multiprocessing.set_start_method("fork")
    torch.manual_seed(0)
    random.seed(0)
    np.random.seed(0)
    (a, b), (c, d) = epochs(from_numpy)
    assert a == b == c == d
    for others in (epochs(from_python), epochs(from_torch), epochs(from_numpy, seed_worker)):
        (a, b), (c, d) = others
        assert len({a, b, c, d}) == 4, others
