import random

import torch

torch.manual_seed(0)
random.seed(0)
dice = random.Random()  # parts: unseeded-stream
x = torch.zeros(4)
for step in range(3):
    x = x + dice.random()
print(x.sum().item())
