# {"claim": "A checkpoint puts back torch's own streams, and nothing else: a mask from another generator is drawn anew for the gradient; with preserve_rng_state=False torch's is, too. What is seeded or made inside, and the last segment of checkpoint_sequential, keep their masks."}
#- holds
import random

import numpy as np
import torch
from torch.utils.checkpoint import checkpoint, checkpoint_sequential

half = torch.full((64,), 0.5)
own = torch.Generator().manual_seed(1)
rng = np.random.default_rng(0)
old = np.random.RandomState(0)
dice = random.Random(0)


def coins(draw):
    return torch.tensor([float(draw() < 0.5) for _ in range(64)])


def seeded(seed, draw):
    seed(3)
    return draw()


def keeps_mask(draw, run=checkpoint, **how):
    torch.manual_seed(0), np.random.seed(0), random.seed(0)
    used = []

    def block(x):
        used.append(draw())
        return x * used[-1]

    x = torch.ones(64, requires_grad=True)
    run(block, x, **how).sum().backward()
    return torch.equal(x.grad, used[0])


OTHERS = {
    "torch.Generator": lambda: torch.bernoulli(half, generator=own),
    "numpy": lambda: coins(np.random.rand),
    "default_rng": lambda: coins(rng.random),
    "RandomState": lambda: coins(old.rand),
    "python": lambda: coins(random.random),
    "random.Random": lambda: coins(dice.random),
    "SystemRandom": lambda: coins(random.SystemRandom().random),
}
TORCH = {
    "bernoulli": lambda: torch.bernoulli(half),
    "dropout": lambda: torch.nn.functional.dropout(half),
    "default_generator": lambda: torch.bernoulli(half, generator=torch.default_generator),
}
ALONE = {
    "made inside": lambda: torch.bernoulli(half, generator=torch.Generator().manual_seed(2)),
    "seeded inside": lambda: seeded(own.manual_seed, lambda: torch.bernoulli(half, generator=own)),
    "python seeded inside": lambda: seeded(random.seed, lambda: coins(random.random)),
    "numpy seeded inside": lambda: seeded(np.random.seed, lambda: coins(np.random.rand)),
}

for reentrant in (False, True):
    for name, draw in OTHERS.items():
        assert not keeps_mask(draw, use_reentrant=reentrant), name
    for name, draw in (TORCH | ALONE).items():
        assert keeps_mask(draw, use_reentrant=reentrant), name
    for name in ("bernoulli", "dropout"):
        assert not keeps_mask(TORCH[name], use_reentrant=reentrant, preserve_rng_state=False), name
assert keeps_mask(lambda: torch.nn.functional.dropout(half, training=False), use_reentrant=False, preserve_rng_state=False)


def sequential(place):
    def run(block, x):
        parts = [torch.nn.Identity(), torch.nn.Identity(), torch.nn.Identity(), torch.nn.Identity()]
        parts[place] = block
        return checkpoint_sequential(parts, 2, x, use_reentrant=False)

    return run


assert [keeps_mask(OTHERS["python"], run=sequential(place)) for place in range(4)] == [False, False, True, True]
