import torch
import random

torch.manual_seed(3
print(torch.rand(2)
def main(:
    return random.random()

random.seed(4)
torch.backends.cudnn.deterministic = True
print(random.random())
