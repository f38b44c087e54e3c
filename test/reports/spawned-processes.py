#- train.py
import torch
import torch.multiprocessing as mp


def work(rank):
    print(torch.rand(1))


if __name__ == "__main__":
    torch.manual_seed(0)
    mp.spawn(work, nprocs=2)
#- seeded.py
import torch
import torch.multiprocessing as mp

torch.manual_seed(0)


def work(rank):
    print(torch.rand(1))


if __name__ == "__main__":
    mp.spawn(work, nprocs=2)
