# The draw that makes the name of the run matters to nobody; the one of NumPy does.
import random

import numpy as np
import torch

name = random.choice(["amber", "birch", "cedar", "dune", "elm", "fern", "grove"])
print("run", name)
torch.manual_seed(0)
mask = np.random.rand(16) < 0.5  # parts: unseeded-stream
x = torch.randn(16) * torch.from_numpy(mask)
print(x.sum().item())
