import random
import time

import torch
import torch.multiprocessing as mp


def work(rank):
    torch.manual_seed(rank)
    print(random.random())


def main():
    random.seed(int(time.time()))
    with torch.random.fork_rng():
        torch.manual_seed(5)
        print(torch.rand(1))
    print(torch.rand(1), random.random())
    mp.spawn(work, nprocs=2)


if __name__ == "__main__":
    main()
