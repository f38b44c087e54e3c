import random

import numpy as np
import torch
from torch import nn

torch.backends.cudnn.benchmark = True
model = nn.Linear(2, 2)
torch.manual_seed(7)
torch.cuda.manual_seed_all(7)
torch.use_deterministic_algorithms(False)
random.seed()
print('model', model(torch.ones(2)).tolist())
print('torch', torch.rand(2).tolist())
torch.manual_seed(1)
print('evaluation', torch.rand(2).tolist())
print('python', random.random(), np.random.rand())
