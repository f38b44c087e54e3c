# {"claim": "A constant makes all workers alike, worker_id alone makes all epochs alike; torch.initial_seed() does neither."}
#- holds
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset


class Noise(Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        return np.random.randint(10**9)


def epochs(worker_init_fn, **keywords):
    torch.manual_seed(0)
    loader = DataLoader(Noise(), batch_size=2, num_workers=2, worker_init_fn=worker_init_fn, **keywords)
    return [[batch.tolist() for batch in loader] for _ in range(2)]


def constant(worker_id):
    np.random.seed(0)


def by_worker(worker_id):
    np.random.seed(42 + worker_id)


def by_state(worker_id):
    np.random.seed(np.random.get_state()[1][0] + worker_id)


def own_seed(worker_id):
    np.random.seed(torch.initial_seed() % 2**32)


first, second = epochs(constant)
assert first[0] == first[1]
for repeats in (by_worker, by_state, np.random.seed):
    first, second = epochs(repeats)
    assert first == second and first[0] != first[1]
first, second = epochs(by_worker, persistent_workers=True)
assert first != second
for independent in (own_seed, None):
    first, second = epochs(independent)
    assert first != second and first[0] != first[1]
    assert epochs(independent) == [first, second]
