"""A repair that claims to compute the same does: the function before and after it agree, forward and gradient.

It takes the file that `scripts/repair.ts` writes, whose functions are what the engine makes of a call. Hypothesis looks for
shapes, layouts, types and values for which they differ, within what the repair's title says:

    index_select    the index is 1-D (of the helper also 0-D) and not negative, the input has a dimension
    index_add       the index is 1-D and not negative, the input has a dimension
    scatter_add     everything is 1-D, and the source as long as the index

What is only read is the same bit by bit, and so are sums, except that those of 16-bit numbers, and what `alpha` scales, are
rounded elsewhere: they may be a few roundings of the largest number apart.
Everything runs under `use_deterministic_algorithms(True)`: on a CPU it is the repaired one that needs it.
"""

import json
import platform
import sys
import warnings
from pathlib import Path

import hypothesis
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

warnings.filterwarnings("ignore")
EXAMPLES = 60
FLOATS = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.complex64]
TYPES = [*FLOATS, torch.int64, torch.int32, torch.uint8]
LARGEST_WEIGHT = 8
SCATTERED = 8  # The size that the functions about scatter_add write out.


@st.composite
def tensors(draw, shape, dtype, is_whole):
    """Values, and how they lie in memory: in order, with dimensions exchanged, or as every second of a larger one."""
    maker = torch.Generator().manual_seed(draw(st.integers(0, 2**32)))
    layout = draw(st.sampled_from(["in order", "exchanged", "every second"]))
    size = {"in order": shape, "exchanged": shape[::-1], "every second": [2 * n for n in shape]}[layout]
    values = torch.randint(0, 9, size, generator=maker) if is_whole else torch.randn(size, generator=maker) * draw(st.sampled_from([1, 100]))
    values = values.to(dtype)
    if layout == "exchanged":
        return values.permute(*reversed(range(len(shape))))
    return values[tuple(slice(None, None, 2) for _ in shape)] if layout == "every second" else values


@st.composite
def inputs(draw, claim):
    operation, dim = claim["operation"], claim["dim"]
    dtype = draw(st.sampled_from(TYPES))
    is_whole = dtype not in FLOATS
    fewest = 1 if dim is None else dim + 1 if dim >= 0 else -dim
    rank = 1 if operation == "scatter_add" else draw(st.integers(fewest, fewest + 2))
    shape = [draw(st.integers(0, 5)) for _ in range(rank)]
    if dim is None:
        dim = draw(st.integers(-rank, rank - 1))
    if operation == "scatter_add":
        shape = [SCATTERED]
    count = draw(st.integers(0, 12)) if shape[dim] else 0
    index = torch.tensor(draw(st.lists(st.integers(0, max(shape[dim] - 1, 0)), min_size=count, max_size=count)), dtype=torch.int64)
    if operation != "scatter_add" and draw(st.booleans()):
        index = index.int()
    if "def deterministic_index_select" in claim["after"] and count and draw(st.booleans()):
        index = index[0]
    x = draw(tensors(shape, dtype, is_whole))
    moved = list(shape)
    moved[dim] = count
    source = draw(tensors(moved, dtype, is_whole))
    alpha = draw(st.sampled_from([1, 2, 3] if is_whole else [1, 2, 0.5, -3.25, 1e-3]))
    return x, dim, index, source, alpha


def function(text):
    names = {}
    exec(compile(text, "a repair", "exec"), names)
    torch.use_deterministic_algorithms(True)
    return names["run"]


def outcome(run, x, dim, index, source, alpha):
    """What it returns, and the gradients of the tensors that it took; weights keep those from being constants."""
    leaves = [each.detach() for each in (x, source)]
    if x.dtype in FLOATS:
        leaves = [each.requires_grad_() for each in leaves]
    result = run(leaves[0] * 1, dim, index, leaves[1], alpha)  # What is changed in place must be no leaf.
    if not result.requires_grad or not result.numel():
        return [result.detach()]
    weights = torch.randn(result.shape, generator=torch.Generator().manual_seed(0)).to(result.dtype)
    result.backward(weights)
    return [result.detach(), *(each.grad for each in leaves)]


def agree(one, other, slack):
    """Bit by bit, or where there is slack as near as that."""
    if one is None or other is None:
        return one is other
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if torch.equal(one, other):
        return True
    wide = torch.complex128 if one.dtype.is_complex else torch.float64
    return slack > 0 and bool(((one.to(wide) - other.to(wide)).abs() <= slack).all())


def slack_of(claim, name, x, dim, index, source, alpha):
    """How far numbers may be apart: a few roundings of the largest one that their sums can come to."""
    is_scaled = claim["operation"] == "index_add" and "alpha" in " ".join(claim["body"])
    is_read = claim["operation"] == "index_select" and name == "result"
    if x.dtype not in FLOATS or is_read or not (is_scaled or x.dtype.itemsize == 2):
        return 0
    largest = max(each.abs().max().item() if each.numel() else 0 for each in (x, source))
    return 16 * torch.finfo(x.dtype).eps * (largest + LARGEST_WEIGHT) * (abs(alpha) + 1) * (index.numel() + 1)


def prove(claim):
    before, after = function(claim["before"]), function(claim["after"])

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(hypothesis.HealthCheck))
    @given(inputs(claim))
    def holds(arguments):
        one, other = outcome(before, *arguments), outcome(after, *arguments)
        assert len(one) == len(other)
        for name, first, second in zip(("result", "gradient of x", "gradient of source"), one, other):
            assert agree(first, second, slack_of(claim, name, *arguments)), f"{name}: {first} and {second}"

    holds()


def main():
    claims = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    print(f"Python {platform.python_version()}, torch {torch.__version__}, hypothesis {hypothesis.__version__}")
    failed = 0
    for claim in claims:
        text = "; ".join(claim["body"])
        try:
            prove(claim)
            print(f"the same: {text}", flush=True)
        except Exception as error:  # Whatever goes wrong in one of the two is a difference.
            failed += 1
            notes = "\n".join(getattr(error, "__notes__", []))
            print(f"FAILED  {text}: {type(error).__name__} {error}\n{notes}\n{claim['after']}", flush=True)
    print(f"{len(claims) - failed} passed, {failed} failed")
    return 1 if failed or not claims else 0


if __name__ == "__main__":
    sys.exit(main())
