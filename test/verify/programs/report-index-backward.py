# https://github.com/pytorch/pytorch/issues/51366: the backward of indexing adds up in no fixed order on the CPU.
import torch

torch.set_num_threads(4)
torch.manual_seed(0)
table = torch.randn(64, requires_grad=True)
index = torch.randint(0, 64, (2_000_000,))
weights = torch.randn(2_000_000)
for _ in range(5):
    picked = table[index]  # parts: kernel
    (picked * weights).sum().backward()
print(table.grad.sum().item())
