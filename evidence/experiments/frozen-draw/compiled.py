# {"claim": "Compiled code keeps the number that random, uniform, randint or randrange of a random.Random gave in the trace; seed() changes nothing, and a branch is decided once. The object's other methods, the module's functions, subclasses, other generators and what is disabled go on drawing."}
#- holds
import random

import numpy as np
import torch
from torch import nn


def values(draw, **options):
    torch._dynamo.reset()
    step = torch.compile(lambda x: x + draw(), **{"backend": "eager", **options})
    return [float(step(torch.zeros(1, dtype=torch.float64))) for _ in range(5)]


def shuffled(generator):
    items = list(range(1000))
    generator.shuffle(items)
    return items[0]


class Dice(random.Random):
    pass


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.dice = random.Random(3)

    def roll(self):
        return self.dice.random()

    def forward(self, x):
        return x + self.roll()


FROZEN = {
    "random": lambda dice: dice.random(),
    "uniform": lambda dice: dice.uniform(0, 1),
    "randint": lambda dice: dice.randint(0, 10**6),
    "randrange": lambda dice: dice.randrange(10**6),
}
FREE = {
    "choice": lambda dice: dice.choice(range(10**6)),
    "choices": lambda dice: dice.choices(range(10**6))[0],
    "sample": lambda dice: dice.sample(range(10**6), 1)[0],
    "shuffle": shuffled,
    "gauss": lambda dice: dice.gauss(0, 1),
    "normalvariate": lambda dice: dice.normalvariate(0, 1),
    "betavariate": lambda dice: dice.betavariate(1, 2),
    "expovariate": lambda dice: dice.expovariate(1.0),
    "getrandbits": lambda dice: dice.getrandbits(20),
}

for draw in FROZEN.values():
    dice, plain = random.Random(3), random.Random(3)
    assert values(lambda: draw(dice)) == [draw(plain)] * 5
    others = [Dice(3), random.SystemRandom()]
    assert all(len(set(values(lambda: draw(other)))) > 1 for other in others)
    assert len(set(values(lambda: draw(dice), disable=True))) > 1
for draw in FREE.values():
    dice, plain = random.Random(3), random.Random(3)
    assert values(lambda: draw(dice)) == [draw(plain) for _ in range(5)]

dice = random.Random(3)
first = values(lambda: dice.random())[0]
torch._dynamo.reset()
dice = random.Random(3)
step = torch.compile(lambda x: x + dice.random(), backend="eager")
zero = torch.zeros(1, dtype=torch.float64)
assert float(step(zero)) == first
dice.seed(4)
assert float(step(zero)) == first
flip = torch.compile(lambda x: x + 1 if dice.random() < 0.5 else x - 1, backend="eager")
assert len({float(flip(zero)) for _ in range(20)}) == 1

for compiled in (torch.compile(Net(), backend="eager"), Net()):
    torch._dynamo.reset()
    if isinstance(compiled, Net):
        compiled.compile(backend="eager")
    assert len({float(compiled(zero)) for _ in range(5)}) == 1

for draw in (random.random, lambda: random.randint(0, 10**6), lambda: random.choice(range(10**6))):
    assert len(set(values(draw))) == 5
rng, old = np.random.default_rng(0), np.random.RandomState(0)
for draw in (lambda: float(rng.random()), lambda: float(old.rand())):
    assert len(set(values(draw))) == 5

dice = random.Random(3)
roll = torch.compiler.disable(lambda: dice.random())
assert len(set(values(lambda: roll()))) == 5
