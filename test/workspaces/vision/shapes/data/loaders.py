"""Loaders whose workers are seeded, one way and another."""
import numpy as np
import torch
from torch.utils.data import DataLoader


def init_worker(worker_id):
    np.random.seed(1234)
    #              ^^^^ constant-worker-seed warning


def init_worker_well(worker_id):
    np.random.seed(torch.initial_seed() % 2**32)


def fast_loader(dataset):
    return DataLoader(dataset, num_workers=8, worker_init_fn=init_worker)


def good_loader(dataset):
    return DataLoader(dataset, num_workers=8, worker_init_fn=init_worker_well)
