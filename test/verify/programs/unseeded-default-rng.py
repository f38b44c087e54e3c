import numpy as np
import torch

torch.manual_seed(0)
rng = np.random.default_rng()  # parts: unseeded-stream


def noise(count):
    return torch.from_numpy(rng.standard_normal(count))


x = noise(10) * 2
print(x.sum().item())
