# {"claim": "Generator objects made without a seed take entropy, whatever the global seeds are."}
#- bad
import random

import numpy as np

np.random.seed(0)
random.seed(0)
print(np.random.default_rng().integers(10**9), np.random.RandomState().randint(10**9), random.Random().random())
#- good
import random

import numpy as np

print(np.random.default_rng(0).integers(10**9), np.random.RandomState(0).randint(10**9), random.Random(0).random())
