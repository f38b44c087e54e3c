# {"claim": "A generator made anew each epoch repeats the same order; one made once gives a new order each epoch."}
#- holds
import torch
from torch.utils.data import DataLoader, TensorDataset

data = TensorDataset(torch.arange(64))
anew = [torch.cat([b for (b,) in DataLoader(data, shuffle=True, generator=torch.Generator().manual_seed(0))]) for _ in range(2)]
assert torch.equal(*anew)
g = torch.Generator().manual_seed(0)
loader = DataLoader(data, shuffle=True, generator=g)
assert not torch.equal(*[torch.cat([b for (b,) in loader]) for _ in range(2)])
