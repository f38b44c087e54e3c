# {"claim": "Each worker gets the same copy of a generator made in __init__, and gets it again in each epoch; one made from torch's stream differs."}
#- holds
import random

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, get_worker_info


class Noise(Dataset):
    def __init__(self, make):
        self.rng = make()

    def __len__(self):
        return 4

    def __getitem__(self, index):
        return self.draw(self.rng)

    def draw(self, rng):
        if isinstance(rng, torch.Generator):
            return torch.rand((), generator=rng).item()
        return rng.random()


class Derived(Noise):
    def __getitem__(self, index):
        return self.draw(np.random.default_rng(torch.randint(2**63 - 1, ()).item()))


def epochs(dataset, **keywords):
    torch.manual_seed(0)
    loader = DataLoader(dataset, batch_size=2, num_workers=2, **keywords)
    return [[batch.tolist() for batch in loader] for _ in range(2)]


def reseed(worker_id):
    info = get_worker_info()
    info.dataset.rng = np.random.default_rng(info.seed)


for make in (lambda: np.random.default_rng(0), np.random.default_rng, lambda: random.Random(0), torch.Generator):
    (one, two), second = epochs(Noise(make))
    assert one == two
    assert second == [one, two]
for dataset, options in ((Derived(int), {}), (Noise(np.random.default_rng), {"worker_init_fn": reseed})):
    (one, two), second = epochs(dataset, **options)
    assert one != two and second != [one, two]
    assert epochs(dataset, **options) == [[one, two], second]
