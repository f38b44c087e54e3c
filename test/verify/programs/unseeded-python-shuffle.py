import random

import torch

torch.manual_seed(0)
files = list(range(100))
random.shuffle(files)  # parts: unseeded-stream
ids = torch.tensor(files[:80])
print((ids * torch.arange(80)).sum().item())
