import random
from concurrent.futures import ProcessPoolExecutor

import torch


def work(number):
    return [random.random() for _ in range(3)]


if __name__ == '__main__':
    random.seed(7)
    torch.manual_seed(7)
    with ProcessPoolExecutor(2) as pool:
        jobs = [pool.submit(work, number) for number in range(3)]
    for job in jobs:
        print('differ drawn', job.result())
    print('last', torch.rand(1).item())
