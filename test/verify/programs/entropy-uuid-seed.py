import uuid

import torch

torch.manual_seed(uuid.uuid4().int % 100000)  # parts: entropy
print(torch.randn(3))
