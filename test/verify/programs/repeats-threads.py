import torch
from torch import nn

import threading
torch.manual_seed(0)
out = {}
def work(i): out[i] = i * 2.0
ts = [threading.Thread(target=work, args=(i,)) for i in range(6)]
[t.start() for t in ts]; [t.join() for t in ts]
print((torch.tensor([out[i] for i in range(6)]) * torch.arange(6)).sum().item())
