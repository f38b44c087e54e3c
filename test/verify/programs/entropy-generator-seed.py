import torch
from torch import nn

gen = torch.Generator()
gen.seed()  # parts: entropy
picks = torch.multinomial(torch.ones(10), 5, generator=gen)
print((picks * torch.arange(5)).sum().item())
