import numpy as np
import torch
import torch.distributed as dist

weights = torch.randn(3)
dist.init_process_group('gloo')
print('differ weights', weights.tolist())
print('differ numpy', np.random.rand(2).tolist())
dist.destroy_process_group()
