import torch
from torch import nn

import numpy as np
torch.manual_seed(0)
class Data(torch.utils.data.Dataset):
    def __init__(self):
        self.rng = np.random.default_rng()  # parts: unseeded-stream
    def __len__(self): return 8
    def __getitem__(self, i): return torch.tensor(self.rng.standard_normal(3)) + i
dl = torch.utils.data.DataLoader(Data(), batch_size=4)
print(sum(b.sum() for b in dl).item())
