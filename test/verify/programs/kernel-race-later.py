"""A race: the pair parts at the second operation, the pair that looks at inputs at the third."""
import os

import torch

# Which run of a verification this is. When the operation is run again, every other time gives another number.
RUN = int(os.environ["SEEDWISE_RUN"].rpartition("run")[2])
calls = {}


@torch.library.custom_op("seedwise_test::kernel_race_later", mutates_args={"x"})
def race(x: torch.Tensor, at: int) -> None:
    calls[at] = calls.get(at, 0) + 1
    differs = calls[at] == 1 and {2: 2, 4: 3}.get(RUN) == at or calls[at] % 2 == 0
    x.add_(1.0 if differs else 0.0)


torch.manual_seed(0)
x = torch.randn(5)
race(x, 1)
race(x, 2)  # parts: kernel
race(x, 3)
print(x.sum().item())
