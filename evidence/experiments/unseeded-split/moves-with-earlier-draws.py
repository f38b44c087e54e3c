# {"claim": "In a seeded program a split moves with each draw in front of it, and with a generator it does not; a DataLoader's generator does not reach a sampler."}
#- holds
import torch
from torch.utils.data import DataLoader, RandomSampler, random_split


def split(extra_draws, generator=None):
    torch.manual_seed(0)
    torch.rand(extra_draws)
    return [list(part) for part in random_split(range(100), [80, 20], generator=generator)]


assert split(0) == split(0)
assert split(0) != split(1)
assert split(0, torch.Generator().manual_seed(0)) == split(1, torch.Generator().manual_seed(0))


def order(seed):
    torch.manual_seed(seed)
    loader = DataLoader(range(100), sampler=RandomSampler(range(100)), generator=torch.Generator().manual_seed(0))
    return [batch.item() for batch in loader]


assert order(0) == order(0)
assert order(0) != order(1)
