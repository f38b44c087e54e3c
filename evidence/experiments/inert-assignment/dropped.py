# {"claim": "A generator that is made, seeded and dropped leaves numpy's global generator unseeded."}
#- bad
import numpy as np

np.random.default_rng(0)
print(np.random.permutation(1000)[:5])
#- good
import numpy as np

np.random.seed(0)
print(np.random.permutation(1000)[:5])
