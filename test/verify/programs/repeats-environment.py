import os

import torch

torch.manual_seed(int(os.environ.get("SEED", "1")) + len(os.getenv("NOBODY_SETS_THIS", "")))
print(torch.randn(3).sum().item(), "HOME" in dict(os.environ))
