import torch
from torch import nn

import copy
net = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
other = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
torch.manual_seed(0)
state = {k: torch.randn(v.shape) for k, v in net.state_dict().items()}
net.load_state_dict(state)
ema = copy.deepcopy(net)
print(ema(torch.ones(1, 3, 8)).sum().item())
