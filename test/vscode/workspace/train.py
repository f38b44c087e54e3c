import torch

torch.use_deterministic_algorithms(True)
torch.backends.cudnn.benchmark = True
