# {"claim": "jax.jit runs the Python of a function once, so draws of NumPy and Python in it are constants; jax.vmap gives all rows, and lax.scan all rounds, one number. pure_callback draws in each call.", "needs": "jax"}
#- holds
import random

import jax
import jax.numpy as jnp
import numpy as np

rng, dice = np.random.default_rng(0), random.Random(0)
draws = [np.random.rand, lambda: np.random.choice(1000), random.random, lambda: random.choice(range(1000)), dice.random, dice.gauss, rng.random]
for draw in draws:
    step = jax.jit(lambda x: x * draw())
    assert len({float(step(1.0)) for _ in range(4)}) == 1
    assert len(set(jax.vmap(lambda x: x * draw())(jnp.ones(5)).tolist())) == 1

rounds = jax.lax.scan(lambda carry, _: (carry, carry * np.random.rand()), 1.0, None, length=4)[1]
assert len(set(rounds.tolist())) == 1

called = jax.jit(lambda x: x * jax.pure_callback(lambda: np.float32(np.random.rand()), jax.ShapeDtypeStruct((), jnp.float32)))
assert len({float(called(1.0)) for _ in range(4)}) == 4
