# {"claim": "Layers without random weights, dataset and loader objects draw nothing from torch."}
#- holds
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

before = torch.get_rng_state()
nn.Sequential(nn.ReLU(), nn.Flatten(), nn.BatchNorm2d(4), nn.LayerNorm(4), nn.Dropout(0.5), nn.MaxPool2d(2), nn.Identity())
loader = DataLoader(TensorDataset(torch.arange(8)), batch_size=2, shuffle=True, num_workers=0)
len(loader)
assert torch.equal(before, torch.get_rng_state())
next(iter(loader))
assert not torch.equal(before, torch.get_rng_state()), "iterating draws the base seed"
