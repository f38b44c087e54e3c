# {"claim": "On the CPU with several threads index_put_(accumulate=True) and the backward of indexing do not repeat; the flag makes them.", "needs": "threads"}
#- bad
import hashlib

import torch

torch.manual_seed(0)
values = torch.randn(200_000)
index = torch.randint(0, 64, (200_000,))
table = torch.zeros(64, requires_grad=True)
digest = hashlib.sha256()
for _ in range(200):
    table.grad = None
    (table[index] * values).sum().backward()
    digest.update(torch.zeros(64).index_put_((index,), values, accumulate=True).numpy().tobytes())
    digest.update(table.grad.numpy().tobytes())
print(digest.hexdigest())
#- good
import hashlib

import torch

torch.manual_seed(0)
torch.use_deterministic_algorithms(True)
values = torch.randn(200_000)
index = torch.randint(0, 64, (200_000,))
table = torch.zeros(64, requires_grad=True)
digest = hashlib.sha256()
for _ in range(200):
    table.grad = None
    (table[index] * values).sum().backward()
    digest.update(torch.zeros(64).index_put_((index,), values, accumulate=True).numpy().tobytes())
    digest.update(table.grad.numpy().tobytes())
print(digest.hexdigest())
