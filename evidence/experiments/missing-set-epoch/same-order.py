# {"claim": "A DistributedSampler repeats its order until set_epoch is called, whatever torch is seeded with; shuffle=False has no order to change."}
#- holds
import torch
from torch.utils.data import DataLoader
from torch.utils.data.distributed import DistributedSampler

data = list(range(64))
sampler = DistributedSampler(data, num_replicas=2, rank=0)
loader = DataLoader(data, batch_size=8, sampler=sampler)


def order(seed):
    torch.manual_seed(seed)
    return [index for batch in loader for index in batch.tolist()]


first = order(0)
assert order(1) == first
sampler.set_epoch(1)
assert order(0) != first
plain = DistributedSampler(data, num_replicas=2, rank=0, shuffle=False)
assert list(plain) == list(plain) == data[::2]
