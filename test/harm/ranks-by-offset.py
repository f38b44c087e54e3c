import torch
import torch.distributed as dist
from torch.utils.data import random_split


def seed_all(seed):
    torch.manual_seed(seed)


def main(rank):
    seed_all(7 + rank)
    print('differ noise', torch.rand(2).tolist())
    parts = random_split(range(10), [6, 4])
    print('split', [list(part.indices) for part in parts])


if __name__ == '__main__':
    dist.init_process_group('gloo')
    main(dist.get_rank())
    dist.destroy_process_group()
