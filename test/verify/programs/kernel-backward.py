import torch
from torch import nn

torch.set_num_threads(4)
torch.manual_seed(0)
table = nn.Parameter(torch.randn(50))
index, target = torch.randint(0, 50, (2_000_000,)), torch.randn(2_000_000)
optimizer = torch.optim.SGD([table], lr=1e-3)
for _ in range(5):
    optimizer.zero_grad()
    out = table[index]  # parts: kernel
    loss = ((out - target) ** 2).sum()
    loss.backward()
    optimizer.step()
print(loss.item())
