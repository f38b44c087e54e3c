# {"claim": "shuffle=True without a generator takes its order from torch's global stream; a seeded generator fixes it."}
#- bad
import torch
from torch.utils.data import DataLoader, TensorDataset

loader = DataLoader(TensorDataset(torch.arange(64)), batch_size=64, shuffle=True)
print(next(iter(loader))[0].tolist())
#- good
import torch
from torch.utils.data import DataLoader, TensorDataset

g = torch.Generator()
g.manual_seed(0)
loader = DataLoader(TensorDataset(torch.arange(64)), batch_size=64, shuffle=True, generator=g)
print(next(iter(loader))[0].tolist())
