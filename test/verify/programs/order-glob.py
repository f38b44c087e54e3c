import glob
from pathlib import Path

import torch

torch.manual_seed(0)
Path("cells").mkdir(exist_ok=True)
for index in range(6):
    Path("cells", f"{index}.txt").write_text(str(index))
known = sorted(glob.glob("cells/*"))
paths = list(Path("cells").glob("*.txt"))  # parts: order
x = torch.tensor([float(path.read_text()) for path in paths])
print(len(known), (x * torch.randn(6)).sum().item())
