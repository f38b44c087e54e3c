# {"claim": "Since 1.4.21 albumentations draws from generators of its own: all workers and epochs are alike, with a seed= and with numpy and random seeded in the worker too; set_random_seed on the worker's copy tells them apart and repeats.", "needs": "albumentations"}
#- holds
import random
import zlib

import albumentations as A
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, get_worker_info


class Noisy(Dataset):
    def __init__(self, transform):
        self.transform = transform

    def __len__(self):
        return 2

    def __getitem__(self, index):
        grey = np.full((16, 16, 3), 128, np.uint8)
        return zlib.crc32(self.transform(image=grey)["image"].tobytes())


def seed_globals(worker_id):
    np.random.seed(torch.initial_seed() % 2**32)
    random.seed(torch.initial_seed() % 2**32)


def seed_pipeline(worker_id):
    dataset = get_worker_info().dataset
    dataset.transform.set_random_seed(torch.initial_seed() % 2**32)


def epochs(seed, init):
    torch.manual_seed(0)
    dataset = Noisy(A.Compose([A.GaussNoise(p=1)], seed=seed))
    loader = DataLoader(dataset, num_workers=2, worker_init_fn=init)
    return [batch.item() for _ in range(2) for batch in loader]


if __name__ == "__main__":
    torch.multiprocessing.set_start_method("fork")
    for seed in (None, 3):
        for init in (None, seed_globals):
            assert len(set(epochs(seed, init))) == 1, (seed, init)
        assert len(set(epochs(seed, seed_pipeline))) == 4
        assert epochs(seed, seed_pipeline) == epochs(seed, seed_pipeline)
    assert epochs(None, None) != epochs(None, None)
    # Without workers, neither the program's seeds nor a new run are any different.
    np.random.seed(0)
    random.seed(0)
    first = A.Compose([A.GaussNoise(p=1)])(image=np.zeros((16, 16, 3), np.uint8))["image"]
    np.random.seed(0)
    random.seed(0)
    again = A.Compose([A.GaussNoise(p=1)])(image=np.zeros((16, 16, 3), np.uint8))["image"]
    assert not np.array_equal(first, again)
