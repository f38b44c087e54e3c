# {"claim": "random_split and the random samplers follow torch's global generator; a seeded generator fixes them."}
#- bad
from torch.utils.data import RandomSampler, SubsetRandomSampler, random_split

print([list(part) for part in random_split(range(100), [80, 20])])
print(list(RandomSampler(range(100))), list(SubsetRandomSampler(range(100))))
#- good
import torch
from torch.utils.data import RandomSampler, SubsetRandomSampler, random_split


def seeded():
    return torch.Generator().manual_seed(42)


print([list(part) for part in random_split(range(100), [80, 20], generator=seeded())])
print(list(RandomSampler(range(100), generator=seeded())), list(SubsetRandomSampler(range(100), generator=seeded())))
