# {"claim": "Under warn_only the backward of flash attention differs between runs; the strict flag makes it deterministic.", "needs": "cuda"}
#- bad
import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

torch.manual_seed(0)
torch.use_deterministic_algorithms(True, warn_only=True)
sums = []
for _ in range(10):
    query, key, value = (torch.randn(2, 8, 2048, 64, device="cuda", dtype=torch.bfloat16, requires_grad=True) for _ in range(3))
    with sdpa_kernel(SDPBackend.FLASH_ATTENTION):
        F.scaled_dot_product_attention(query, key, value).square().sum().backward()
    sums.append([each.grad.double().sum().item() for each in (query, key, value)])
print(sums)
#- good
import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

torch.manual_seed(0)
torch.use_deterministic_algorithms(True)
sums = []
for _ in range(10):
    query, key, value = (torch.randn(2, 8, 2048, 64, device="cuda", dtype=torch.bfloat16, requires_grad=True) for _ in range(3))
    with sdpa_kernel(SDPBackend.FLASH_ATTENTION):
        F.scaled_dot_product_attention(query, key, value).square().sum().backward()
    sums.append([each.grad.double().sum().item() for each in (query, key, value)])
print(sums)
