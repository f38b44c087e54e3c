import random

import torch

torch.manual_seed(0)
random.seed()  # parts: entropy
print((torch.rand(3) * random.random()).sum().item())
