import argparse
import random

import numpy as np
import torch

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=None)
parser.add_argument("--fast", action="store_true")
args = parser.parse_args()

if args.seed is not None:
    random.seed(args.seed)
    torch.manual_seed(args.seed)
else:
    torch.backends.cudnn.benchmark = True
if not args.fast:
    torch.use_deterministic_algorithms(args.seed is not None, warn_only=True)

print(random.random(), torch.rand(1))
if args.fast:
    print(np.arange(3))
