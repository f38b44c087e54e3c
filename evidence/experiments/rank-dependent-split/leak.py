# {"claim": "With seed + rank each rank holds out other samples, so that one trains on what another validates on; an equal generator agrees."}
#- holds
import torch
from torch.utils.data import random_split


def split(rank, generator=None):
    torch.manual_seed(7 + rank)
    return [set(part) for part in random_split(range(100), [0.8, 0.2], generator=generator)]


trained_on, _ = split(rank=0)
_, held_out = split(rank=1)
assert len(trained_on & held_out) > 10
assert split(0, torch.Generator().manual_seed(7)) == split(1, torch.Generator().manual_seed(7))


def shard(rank, ranks=4):
    torch.manual_seed(7 + rank)
    return torch.randperm(100).tolist()[rank::ranks]


assert len(set().union(*[shard(rank) for rank in range(4)])) < 100
