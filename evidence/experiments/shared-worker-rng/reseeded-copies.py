# {"claim": "A worker_init_fn that gives each worker's copy of the dataset generators of its own: workers and epochs differ, and two runs agree."}
#- good
import random

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset


def seed_worker(worker_id):
    dataset = torch.utils.data.get_worker_info().dataset
    dataset.rng = np.random.default_rng(torch.randint(2**32, ()).item())
    dataset.coin = random.Random(torch.randint(2**32, ()).item())


class Noisy(Dataset):
    def __init__(self, data, seed=0):
        self.data = data
        self.rng = np.random.default_rng(seed)
        self.coin = random.Random(seed)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        return self.data[index] + self.rng.normal() + self.coin.random()


def main():
    torch.manual_seed(0)
    loader = DataLoader(
        Noisy(np.zeros(8)), batch_size=4, num_workers=2, worker_init_fn=seed_worker
    )
    epochs = [[batch.tolist() for batch in loader] for _ in range(2)]
    for first, second in epochs:
        assert not set(first) & set(second)
    assert epochs[0] != epochs[1]
    print(epochs)


if __name__ == "__main__":
    main()
