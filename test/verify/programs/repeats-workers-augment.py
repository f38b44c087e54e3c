import torch
from torch import nn

import random, numpy as np
class Data(torch.utils.data.Dataset):
    def __len__(self): return 24
    def __getitem__(self, i): return torch.rand(3) + random.random() + np.random.rand()
def init(w):
    s = torch.initial_seed() % 2**32
    random.seed(s); np.random.seed(s)
if __name__ == "__main__":
    torch.manual_seed(0)
    dl = torch.utils.data.DataLoader(Data(), batch_size=4, shuffle=True, num_workers=3, worker_init_fn=init, generator=torch.Generator().manual_seed(2), persistent_workers=True)
    for e in range(2):
        for x in dl: y = x.sum()
    print(y.item())
