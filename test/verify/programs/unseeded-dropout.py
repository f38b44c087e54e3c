import torch
import torch.nn.functional as F

x = torch.ones(64)
for _ in range(3):
    x = x * 1.5
    x = F.dropout(x, 0.5)  # parts: unseeded-stream
print(x.sum())
