# {"claim": "A seed from the clock, or drawn from an unseeded stream, is another one in every run."}
#- bad
import random
import time

import torch

torch.manual_seed(time.time_ns() % 2**32)
random.seed(torch.randint(0, 2**31, (1,)).item())
print(torch.rand(1).item(), random.random())
#- good
import random

import torch

torch.manual_seed(42)
random.seed(torch.randint(0, 2**31, (1,)).item())
print(torch.rand(1).item(), random.random())
