# {"claim": "Workers that shuffle by a stream of their own and then take their shares hand out items twice and leave others out; shuffled by what they have in common, or shared first, each item comes once."}
#- holds
import random

import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info


class Rows(IterableDataset):
    def __init__(self, order, first=False):
        self.order = order
        self.first = first
        self.copied = random.Random(0)

    def __iter__(self):
        info = get_worker_info()
        rows = list(range(64))
        if self.first:
            return iter(self.order(self, info, rows[info.id :: info.num_workers]))
        return iter(self.order(self, info, rows)[info.id :: info.num_workers])


def shuffled(shuffle, rows):
    shuffle(rows)
    return rows


def by_python(rows, info, items):
    return shuffled(random.shuffle, items)


def by_numpy(rows, info, items):
    return shuffled(np.random.shuffle, items)


def by_permutation(rows, info, items):
    return np.random.permutation(items).tolist()


def by_sample(rows, info, items):
    return random.sample(items, len(items))


def by_torch(rows, info, items):
    return [items[i] for i in torch.randperm(len(items)).tolist()]


def by_seed(rows, info, items):
    return np.random.default_rng(info.seed).permutation(items).tolist()


def by_copy(rows, info, items):
    return shuffled(rows.copied.shuffle, items)


def by_constant(rows, info, items):
    return shuffled(random.Random(3).shuffle, items)


def by_common(rows, info, items):
    return shuffled(random.Random(torch.initial_seed() - info.id).shuffle, items)


def seeded(rows, info, items):
    random.seed(5)
    return shuffled(random.shuffle, items)


def epoch(order, first=False, loader=None):
    if loader is None:
        loader = DataLoader(Rows(order, first), batch_size=None, num_workers=2)
    return [int(row) for row in loader]


torch.manual_seed(0)
random.seed(0)
np.random.seed(0)
for order in (by_python, by_numpy, by_permutation, by_sample, by_torch, by_seed):
    got = epoch(order)
    assert len(got) == 64 and len(set(got)) < 64, order
    assert sorted(epoch(order, first=True)) == list(range(64)), order
for order in (by_copy, by_constant, by_common, seeded):
    assert sorted(epoch(order)) == list(range(64)), order

loader = DataLoader(Rows(by_common), batch_size=None, num_workers=2)
assert epoch(None, loader=loader) != epoch(None, loader=loader)
