import torch

torch.set_num_threads(4)
torch.manual_seed(0)
index, values = torch.randint(0, 50, (2_000_000,)), torch.randn(2_000_000)
total = torch.zeros(50)
for _ in range(5):
    total.index_put_((index,), values, accumulate=True)  # parts: kernel
print(total.sum().item())
