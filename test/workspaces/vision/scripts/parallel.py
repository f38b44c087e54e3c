"""Trains several small models at once, each in a process of its own."""
import torch
import torch.multiprocessing as mp
from torch import nn


def train(rank):
    model = nn.Linear(8, 2)
    print(rank, model(torch.ones(1, 8)))


if __name__ == "__main__":
    torch.manual_seed(11)
    mp.spawn(train, nprocs=2)
    #^^^^^^^ unseeded-child-process warning
