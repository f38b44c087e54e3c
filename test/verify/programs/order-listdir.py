import os

import torch

torch.manual_seed(0)
os.makedirs("rows", exist_ok=True)
for index in range(5):
    with open(f"rows/{index}", "w") as file:
        file.write(str(index))
files = os.listdir("rows")  # parts: order
x = torch.tensor([float(open(os.path.join("rows", name)).read()) for name in files])
print((x * torch.arange(5)).sum().item())
