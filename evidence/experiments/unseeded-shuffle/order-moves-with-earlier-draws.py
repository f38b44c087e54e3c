# {"claim": "In a seeded program the order repeats, but one more draw before it changes it; with a generator it does not move."}
#- holds
import torch
from torch.utils.data import DataLoader, TensorDataset

data = TensorDataset(torch.arange(64))


def order(extra_draws, generator=None):
    torch.manual_seed(0)
    torch.rand(extra_draws)
    return [index for (batch,) in DataLoader(data, batch_size=8, shuffle=True, generator=generator) for index in batch.tolist()]


assert order(0) == order(0)
assert order(0) != order(1)
assert order(0, torch.Generator().manual_seed(0)) == order(1, torch.Generator().manual_seed(0))
