# {"claim": "In compiled code a checkpoint recomputes the draws of other generators as well, a random.Random's too; arrays of NumPy come from torch's stream, and keep. A compiled function that is checkpointed keeps a frozen number.", "needs": "c++"}
#- holds
import random

import numpy as np
import torch
from torch.utils.checkpoint import checkpoint

half = torch.full((64,), 0.5)
own = torch.Generator().manual_seed(3)
dice = random.Random(1)


def keeps_mask(draw, inside):
    torch._dynamo.reset()

    def block(x):
        return x * draw()

    inner = torch.compile(block) if inside else block

    def whole(x):
        return checkpoint(inner, x, use_reentrant=False)

    outer = whole if inside else torch.compile(whole)
    x = torch.ones(64, requires_grad=True)
    out = outer(x)
    kept = out.detach().clone()
    out.sum().backward()
    return torch.equal(x.grad, kept)


def torch_mask():
    return torch.bernoulli(half)


def own_mask():
    return torch.bernoulli(half, generator=own)


def array():
    return torch.as_tensor(np.random.rand(64)).float()


def number():
    return half * float(np.random.rand())


def rolled():
    return half * dice.randint(1, 10**6)


def plain():
    return half * random.random()


for inside in (False, True):
    assert keeps_mask(torch_mask, inside) and keeps_mask(array, inside)
    assert not keeps_mask(own_mask, inside) and not keeps_mask(number, inside) and not keeps_mask(plain, inside)
assert not keeps_mask(rolled, False)
assert keeps_mask(rolled, True)
