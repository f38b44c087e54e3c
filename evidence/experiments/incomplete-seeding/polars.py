# {"claim": "Polars draws from a generator of its own: random, numpy and torch do not reach it, polars.set_random_seed does.", "needs": "polars"}
#- bad
import random

import numpy as np
import polars as pl
import torch

random.seed(0)
np.random.seed(0)
torch.manual_seed(0)
print(pl.DataFrame({"a": range(1000)}).sample(5), pl.Series(range(1000)).shuffle()[:5])
#- good
import polars as pl

pl.set_random_seed(0)
print(pl.DataFrame({"a": range(1000)}).sample(5), pl.Series(range(1000)).shuffle()[:5])
