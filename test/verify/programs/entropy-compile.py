import torch

torch.manual_seed(0)


@torch.compile(backend="eager")
def step(x, y):
    return torch.relu(x * 2) + y


x = torch.randn(4)
noise = torch.Generator()
noise.seed()  # parts: entropy
z = step(x, torch.randn(4, generator=noise))
print(z.sum().item())
