import torch

torch.cuda.manual_seed(3)
weights = torch.randn(2, 2)
print('weights', weights.tolist())
print('order', torch.randperm(6).tolist())
