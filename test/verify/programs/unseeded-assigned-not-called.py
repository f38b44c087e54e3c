import torch

torch.manual_seed = 100
net = torch.nn.Linear(2, 2)  # parts: unseeded-stream
print(net.weight.sum().item())
