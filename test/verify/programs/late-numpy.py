import numpy as np
import torch

torch.manual_seed(0)
order = np.random.permutation(32)  # parts: late-seed
np.random.seed(0)
x = torch.randn(32)[torch.from_numpy(order)]
print((x * torch.arange(32)).sum().item())
