# {"claim": "x.index_add_(dim, index, source, alpha=a) equals index_put_ with accumulate=True on the same dimension, forward and gradient."}
#- holds
import torch

torch.manual_seed(0)
torch.use_deterministic_algorithms(True)  # on the CPU it is index_put_ that needs the flag


def both(shape, dim, alpha):
    index = torch.randint(0, shape[dim], (9,))
    source_shape = list(shape)
    source_shape[dim] = 9
    base = torch.randn(shape, dtype=torch.float64)
    source = torch.randn(source_shape, dtype=torch.float64)
    weights = torch.randn(shape, dtype=torch.float64)

    def forward(rewritten):
        x, s = base.clone().requires_grad_(), source.clone().requires_grad_()
        out = x * 1.0
        if rewritten:
            out.index_put_(place(index, dim, out), scaled(s, alpha), accumulate=True)
        else:
            out.index_add_(dim, index, s, alpha=alpha)
        (out * weights).sum().backward()
        return out.detach(), x.grad, s.grad

    return zip(forward(False), forward(True))


def place(index, dim, out):
    """index_put_ takes tensors only, so the other dimensions are spelled out."""
    places = [torch.arange(size).reshape([-1 if k == d else 1 for k in range(out.dim())]) for d, size in enumerate(out.shape)]
    places[dim] = index.reshape([-1 if k == dim else 1 for k in range(out.dim())])
    return tuple(places)


def scaled(source, alpha):
    return source if alpha == 1 else source * alpha


for shape, dim in [((5,), 0), ((5, 4), 0), ((5, 4), 1), ((3, 5, 4), 1), ((3, 5, 4), 2)]:
    for alpha in (1, 0.5, -2):
        for one, other in both(shape, dim, alpha):
            assert torch.allclose(one, other), (shape, dim, alpha)
