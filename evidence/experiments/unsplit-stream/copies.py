# {"claim": "Each worker has a copy of an iterable dataset and hands out all of it, unless it asks for its share or a worker_init_fn gives it one."}
#- holds
import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info


class Rows(IterableDataset):
    def __init__(self):
        self.rows = list(range(8))

    def __iter__(self):
        return iter(self.rows)


class Split(Rows):
    def __iter__(self):
        info = get_worker_info()
        return iter(self.rows if info is None else self.rows[info.id :: info.num_workers])


def take_share(worker_id):
    info = get_worker_info()
    info.dataset.rows = info.dataset.rows[worker_id :: info.num_workers]


def items(dataset, **options):
    return sorted(int(row) for row in DataLoader(dataset, batch_size=None, **options))


for workers in (0, 1, 2, 3):
    assert items(Rows(), num_workers=workers) == sorted(list(range(8)) * max(workers, 1))
    assert items(Split(), num_workers=workers) == list(range(8))
assert items(Rows(), num_workers=2, worker_init_fn=take_share) == list(range(8))
