# {"claim": "A parameter of torch.empty starts with what an earlier tensor left in its memory, whatever the seed; one that is filled repeats. Under the flag new memory is nan."}
#- bad
import os

import torch
from torch import nn


class Router(nn.Module):
    def __init__(self, n, m):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(n, m))


torch.manual_seed(0)
# What ran before: tensors whose memory is free again.
before = [torch.full((64, 64), float(os.getpid())) for _ in range(64)]
del before
print(Router(64, 64).weight.nan_to_num().abs().sum().item())
#- good
import os

import torch
from torch import nn


class Router(nn.Module):
    def __init__(self, n, m):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(n, m))
        nn.init.xavier_uniform_(self.weight)


torch.manual_seed(0)
before = [torch.full((64, 64), float(os.getpid())) for _ in range(64)]
del before
print(Router(64, 64).weight.nan_to_num().abs().sum().item())
#- holds
import torch

torch.use_deterministic_algorithms(True)
assert torch.empty(64).isnan().all()
assert torch.empty_like(torch.zeros(8)).isnan().all()
assert torch.zeros(8).new_empty(8).isnan().all()
