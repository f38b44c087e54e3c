import time

import numpy as np
import torch

for run in range(3):
    torch.manual_seed(time.time_ns() % 2**32)
    print('differ torch', torch.rand(2).tolist())
    print('differ numpy', np.random.rand(2).tolist())
