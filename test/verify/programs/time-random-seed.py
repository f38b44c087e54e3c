import random
import time

import torch

torch.manual_seed(0)
random.seed(time.time_ns())  # parts: time
x = torch.tensor([random.random() for _ in range(8)])
print(x.sum().item())
