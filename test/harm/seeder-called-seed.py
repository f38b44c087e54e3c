import numpy as np
import torch
from torch import manual_seed as seed

seed(3)
weights = torch.randn(2, 2)
print('weights', weights.tolist())
print('noise', np.random.rand(2).tolist())
