import os

import torch
import torch.distributed as dist
import torch.multiprocessing as mp


def work(rank, size):
    dist.init_process_group("gloo", init_method="file://" + os.path.abspath("rendezvous"), rank=rank, world_size=size)
    torch.manual_seed(rank)
    weight = torch.randn(4)
    total = torch.ones(4) * weight
    dist.all_reduce(total)
    if rank == 0:
        print(total.sum().item())
    dist.destroy_process_group()


if __name__ == "__main__":
    torch.manual_seed(0)
    mp.spawn(work, args=(2,), nprocs=2)
