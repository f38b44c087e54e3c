import argparse
import random

import torch

parser = argparse.ArgumentParser()
parser.add_argument('--seed', type=int, default=-1)
args = parser.parse_args()
if args.seed >= 0:
    torch.manual_seed(args.seed)
print('torch', torch.rand(2).tolist())
print('python', random.random())
generator = torch.Generator()
generator.seed()
print('generator', torch.rand(2, generator=generator).tolist())
