# {"claim": "For a 1-D index torch.index_select(x, dim, index) equals indexing on that dimension, bit by bit, forward and gradient; for a 0-d input and negative indices they differ."}
#- holds
import torch

torch.manual_seed(0)
torch.use_deterministic_algorithms(True)  # on the CPU it is the backward of indexing that needs the flag


def by_indexing(x, dim, index):
    return x[(slice(None),) * (dim % x.dim()) + (index,)]


for shape in [(5,), (5, 4), (3, 5, 4)]:
    for dim in range(-len(shape), len(shape)):
        index = torch.randint(0, shape[dim], (9,))
        base = torch.randn(shape, dtype=torch.float64)
        results = []
        for select in (torch.index_select, by_indexing):
            x = base.clone().requires_grad_()
            out = select(x, dim, index)
            (out * torch.arange(out.numel(), dtype=torch.float64).reshape(out.shape)).sum().backward()
            results.append((out.detach(), x.grad))
        assert torch.equal(results[0][0], results[1][0]), (shape, dim)
        assert torch.allclose(results[0][1], results[1][1]), (shape, dim)

x = torch.arange(4)
try:
    torch.index_select(x, 0, torch.tensor([-1]))
    raise SystemExit("index_select took a negative index")
except (IndexError, RuntimeError):
    assert x[torch.tensor([-1])].tolist() == [3]
