import random

import torch


def choose():
    return random.sample(range(1000), 20)  # parts: late-seed


def seed_all(seed):
    random.seed(seed)
    torch.manual_seed(seed)


chosen = choose()
seed_all(3)
print((torch.tensor(chosen) * torch.rand(20)).sum().item())
