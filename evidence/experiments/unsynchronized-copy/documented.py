# {"claim": "PyTorch documents that a copy between CPU and GPU by non_blocking=True may be asynchronous, pinned or not; where both are on the CPU the argument does nothing."}
#- holds
import torch

assert "both pinned and pageable memory" in torch.Tensor.to.__doc__
assert "may occur asynchronously with respect to the host" in torch.Tensor.copy_.__doc__
x = torch.rand(64)
assert x.to("cpu", non_blocking=True) is x
assert torch.equal(torch.empty(64).copy_(x, non_blocking=True), x)
