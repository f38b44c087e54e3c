# {"claim": "An order that was drawn before the seed differs from run to run; constructing the loader before the seed does no harm."}
#- bad
import torch
from torch.utils.data import DataLoader, TensorDataset

loader = DataLoader(TensorDataset(torch.arange(64)), batch_size=64, shuffle=True)
batches = iter(loader)
first = next(batches)
torch.manual_seed(0)
print(first[0].tolist())
#- good
import torch
from torch.utils.data import DataLoader, TensorDataset

loader = DataLoader(TensorDataset(torch.arange(64)), batch_size=64, shuffle=True)
torch.manual_seed(0)
first = next(iter(loader))
print(first[0].tolist())
