# {"claim": "Compiled code draws from Numba's own generators: a seed outside of compiled code does not reach them.", "needs": "numba"}
#- bad
import numba
import numpy as np

np.random.seed(0)


@numba.njit
def noise():
    return np.random.normal()


print(noise())
#- good
import numba
import numpy as np


@numba.njit
def seed_compiled(seed):
    np.random.seed(seed)


@numba.njit
def noise():
    return np.random.normal()


seed_compiled(0)
print(noise())
