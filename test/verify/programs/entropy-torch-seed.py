import torch

seed = torch.seed()  # parts: entropy
model = torch.nn.Linear(4, 4)
print(model.weight.sum().item())
