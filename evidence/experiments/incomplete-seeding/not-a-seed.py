# {"claim": "torch.seed() and random.seed() take entropy."}
#- bad
import random

import torch

torch.seed()
random.seed()
print(torch.rand(1).item(), random.random())
