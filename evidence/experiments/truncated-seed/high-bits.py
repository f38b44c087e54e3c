# {"claim": "torch.manual_seed takes the low 32 bits of a seed on the CPU, and so does a torch.Generator; random and numpy's generators take all, and numpy.random.seed raises."}
#- holds
import random

import numpy as np
import torch


def drawn(seed):
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(4).tolist(), torch.rand(4, generator=generator).tolist()


assert drawn(5) == drawn(5 + (1 << 32)) == drawn(5 + (3 << 40)) == drawn(5 | 7 * 4294967296)
assert drawn(5) != drawn(5 + (1 << 31))
assert random.Random(5).random() != random.Random(5 + (1 << 32)).random()
assert np.random.default_rng(5).random() != np.random.default_rng(5 + (1 << 32)).random()
try:
    np.random.seed(5 + (1 << 32))
    raise SystemExit("numpy took it")
except ValueError:
    pass

# What the repair writes keeps the epochs apart.
mixed = {tuple(drawn((epoch * 2654435761 % 2**32) ^ 5)[0]) for epoch in range(1000)}
assert len(mixed) == 1000
