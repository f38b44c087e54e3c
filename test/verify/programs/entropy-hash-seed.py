import random

import torch

out = "runs/eval-a"
rng = random.Random(hash(out) & 0xFFFF)  # parts: entropy
ids = list(range(100))
rng.shuffle(ids)
torch.manual_seed(0)
print((torch.tensor(ids) * torch.rand(100)).sum().item())
