# No operation of torch sees these numbers.
import numpy as np
import torch

torch.manual_seed(0)
net = torch.nn.Linear(2, 2)
index = np.random.permutation(50)  # parts: unseeded-stream
print(net.weight.sum().item(), index)
