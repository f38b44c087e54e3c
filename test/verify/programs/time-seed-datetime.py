import random
from datetime import datetime

import torch


def seed_all(seed):
    random.seed(seed)
    torch.manual_seed(seed)  # parts: time


seed_all(datetime.now().microsecond)
print(torch.randn(3).sum().item())
