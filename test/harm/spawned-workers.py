import argparse

import torch
import torch.multiprocessing as mp


def worker(rank, args):
    layer = torch.nn.Linear(2, 2)
    print('differ', 'weights', layer.weight.flatten().tolist())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--seed', type=int, default=None)
    args = parser.parse_args()
    if args.seed is not None:
        torch.manual_seed(args.seed)
    mp.spawn(worker, args=(args,), nprocs=2)


if __name__ == '__main__':
    main()
