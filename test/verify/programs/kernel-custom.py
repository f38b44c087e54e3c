import os

import torch


@torch.library.custom_op("seedwise_test::noisy", mutates_args=())
def noisy(x: torch.Tensor) -> torch.Tensor:
    return x + 1e-5 * int.from_bytes(os.urandom(2), "little") / 65536


torch.manual_seed(0)
x = torch.randn(100)
for _ in range(3):
    x = noisy(x)  # parts: kernel
print(x.sum().item())
