import torch

torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Linear(8, 1))
x = torch.randn(4, 4)


@torch.compile(backend="aot_eager")
def noisy(x):
    return net(x) + torch.rand_like(x[:, :1])


torch.seed()  # parts: entropy
print(noisy(x).sum().item())
