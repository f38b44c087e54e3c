import os
from pathlib import Path

import torch

torch.manual_seed(0)
Path("items").mkdir(exist_ok=True)
for index in range(5):
    Path("items", str(index)).write_text(str(index))
x = torch.tensor([float(Path("items", name).read_text()) for name in sorted(os.listdir("items"))])
print((x * torch.randn(5)).sum().item(), len(list(Path("items").iterdir())))
