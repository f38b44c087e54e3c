# {"claim": "With a seed of its own on each rank a DistributedSampler gives some samples to two ranks and others to none; with one seed each sample is given once."}
#- holds
from torch.utils.data import DistributedSampler


def given(seeds):
    parts = [DistributedSampler(range(64), 2, rank, seed=seed) for rank, seed in enumerate(seeds)]
    return sorted(index for part in parts for index in part)


assert given([3, 3]) == list(range(64))
assert given([3, 4]) != list(range(64))
