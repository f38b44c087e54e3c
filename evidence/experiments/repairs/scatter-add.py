# {"claim": "In one dimension scatter_add_ equals index_put_ with accumulate=True, forward and gradient; where the source is longer than the index, its head is what is added (scatter_add_ itself has no gradient then)."}
#- holds
import torch

torch.manual_seed(0)
torch.use_deterministic_algorithms(True)  # on the CPU it is index_put_ that needs the flag
index = torch.randint(0, 5, (9,))
for length in (9, 12):
    source = torch.randn(length, dtype=torch.float64)
    weights = torch.randn(5, dtype=torch.float64)
    results = []
    for rewritten in (False, True):
        s = source.clone().requires_grad_(length == len(index))
        out = torch.ones(5, dtype=torch.float64)
        if rewritten:
            out.index_put_((index,), s[: len(index)], accumulate=True)
        else:
            out.scatter_add_(0, index, s)
        if s.requires_grad:
            (out * weights).sum().backward()
        results.append((out.detach(), s.grad if s.requires_grad else s))
    for one, other in zip(*results):
        assert torch.allclose(one, other)
