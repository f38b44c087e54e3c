# {"claim": "PCG64() and SeedSequence() take entropy too."}
#- bad
import numpy as np

print(np.random.Generator(np.random.PCG64()).random(), np.random.default_rng(np.random.SeedSequence()).random())
#- good
import numpy as np

print(np.random.Generator(np.random.PCG64(0)).random(), np.random.default_rng(np.random.SeedSequence(0)).random())
