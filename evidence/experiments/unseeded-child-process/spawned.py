# {"claim": "A spawned process starts with a seed of its own from entropy, unless its target seeds, or the main file does outside of its guard: that is imported again."}
#- bad
import torch
import torch.multiprocessing as mp


def worker(rank):
    print(torch.nn.Linear(2, 2).weight.tolist(), flush=True)


if __name__ == "__main__":
    torch.manual_seed(0)
    mp.spawn(worker, nprocs=1)
#- good
import torch
import torch.multiprocessing as mp


def worker(rank):
    torch.manual_seed(rank)
    print(torch.nn.Linear(2, 2).weight.tolist(), flush=True)


if __name__ == "__main__":
    torch.manual_seed(0)
    mp.spawn(worker, nprocs=1)
#- good
import torch
import torch.multiprocessing as mp

torch.manual_seed(0)


def worker(rank):
    print(torch.nn.Linear(2, 2).weight.tolist(), flush=True)


if __name__ == "__main__":
    mp.spawn(worker, nprocs=1)
