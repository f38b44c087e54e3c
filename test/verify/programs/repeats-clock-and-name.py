import os
import random
import time
import uuid

import torch

start = time.time()
name = f"{uuid.uuid4()}-{os.getpid()}-{random.randint(0, 10**9)}"
torch.manual_seed(0)
x = torch.randn(16)
while time.time() - start < 0.02:
    pass
print(name, x.sum().item(), time.time() - start)
