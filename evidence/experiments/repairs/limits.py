# {"claim": "What the titles of the repairs leave out is not the same: negative indices, inputs without a dimension, a source longer than the index."}
#- holds
import torch


def raises(action):
    try:
        action()
    except (IndexError, RuntimeError):
        return True
    return False


x = torch.arange(4)
last = torch.tensor([-1])
assert raises(lambda: torch.index_select(x, 0, last)) and x[last].tolist() == [3]
assert raises(lambda: x.clone().index_add_(0, last, last)) and x.index_put((last,), last, accumulate=True).tolist() == [0, 1, 2, 2]
assert raises(lambda: x.clone().scatter_add_(0, last, last))

scalar, first = torch.tensor(5), torch.tensor([0])
assert torch.index_select(scalar, 0, first).item() == 5 and raises(lambda: scalar[first])

longer = torch.tensor([1, 1, 1])
assert x.scatter_add(0, first, longer).tolist() == [1, 1, 2, 3]
assert raises(lambda: x.index_put((first,), longer, accumulate=True))
