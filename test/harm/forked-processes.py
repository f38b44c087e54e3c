import multiprocessing
import random

import torch


def work(number, size):
    print('differ python', random.random(), size)


if __name__ == '__main__':
    torch.manual_seed(0)
    random.seed(0)
    print('weights', torch.rand(2).tolist())
    processes = [multiprocessing.Process(target=work, args=(i, 3)) for i in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
