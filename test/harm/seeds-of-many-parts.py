import random
import uuid

import numpy as np
import torch

torch.manual_seed(uuid.uuid4().int % 2**32)
torch.manual_seed((11 << 32) + 3)
np.random.seed(None)
weights = torch.nn.Parameter(torch.empty(2, 2))
torch.nn.init.normal_(weights)
print('weights', weights.tolist())
print('numpy', np.random.rand(2).tolist(), random.choice(range(1000)))
shuffled = torch.utils.data.DataLoader(list(range(10)), batch_size=5, shuffle=True, drop_last=True, num_workers=0)
print('order', [batch.tolist() for batch in shuffled])
