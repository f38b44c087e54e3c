# {"claim": "Under vmap the draws of NumPy and of Python are made once for the whole batch, whatever randomness= says; torch's are made for each row with 'different'."}
#- holds
import random

import numpy as np
import torch

rng, dice = np.random.default_rng(0), random.Random(0)
batch = torch.ones(5, 3)


def rows(draw, randomness):
    out = torch.func.vmap(lambda row: row * draw(), randomness=randomness)(batch)
    return len(set(out[:, 0].tolist()))


for draw in (random.random, np.random.rand, lambda: float(rng.random()), dice.random, lambda: dice.gauss(0, 1)):
    assert [rows(draw, each) for each in ("error", "same", "different")] == [1, 1, 1]
assert rows(lambda: torch.rand(1), "different") == 5
