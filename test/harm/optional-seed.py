import argparse
import random

import numpy as np
import torch


def set_seed(seed=None):
    if seed is None:
        return
    torch.manual_seed(seed)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--seed', type=int)
    args = parser.parse_args()
    set_seed(args.seed)
    random.seed(args.seed)
    rng = np.random.default_rng()
    parts = torch.utils.data.random_split(range(8), [4, 4])
    loader = torch.utils.data.DataLoader(list(range(8)), shuffle=True)
    print('rng', rng.random(), [list(part.indices) for part in parts], [int(x) for x in loader])
    print('numpy', np.random.rand(), random.random())


if __name__ == '__main__':
    main()
