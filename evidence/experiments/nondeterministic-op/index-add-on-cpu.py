# {"claim": "On the CPU index_add_ and scatter_add_ repeat bit by bit without the flag."}
#- good
import hashlib

import torch

torch.manual_seed(0)
values = torch.randn(200_000)
index = torch.randint(0, 64, (200_000,))
digest = hashlib.sha256()
for _ in range(10):
    digest.update(torch.zeros(64).index_add_(0, index, values).numpy().tobytes())
    digest.update(torch.zeros(64).scatter_add_(0, index, values).numpy().tobytes())
print(digest.hexdigest())
