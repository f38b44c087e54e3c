import torch
from torch import nn

torch.manual_seed(0)
words = sorted({"a", "bb", "ccc", "dd"})
n = len({"x", "y", "z"}); present = "x" in {"x", "q"}
print((torch.tensor([len(w) for w in words]) * torch.arange(4)).sum().item() * n * present)
