"""Records what the operations that `nondeterministic-op` reports do on a CUDA device.

Each operation runs with `use_deterministic_algorithms` off, on, and on with `warn_only=True`;
an outcome is `deterministic`, `differs` or `throws`, with the text of the error or the warning.
The table is written to `results/<device>-torch-<version>.json` beside this file.
Without CUDA the program says so and ends with status 2; `--device cpu` tries the table itself and writes nothing.
"""

import argparse
import json
import re
import sys
import warnings
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

TIMES = 20
MODES = {"off": (False, False), "on": (True, False), "warn_only": (True, True)}


def tensor(*shape):
    return torch.randn(shape, device=DEVICE)


def colliding(high, *shape):
    return torch.randint(0, high, shape, device=DEVICE)


def backward(operation, *shape):
    """The gradient of an operation, with weights so that it is not a constant."""

    def prepare():
        x = tensor(*shape)
        weights = None

        def once():
            nonlocal weights
            y = x.clone().requires_grad_()
            out = operation(y)
            out = out[0] if isinstance(out, tuple) else out
            if weights is None:
                weights = torch.randn_like(out)
            (out * weights).sum().backward()
            return y.grad

        return once

    return prepare


def forward(prepare_inputs, operation):
    def prepare():
        inputs = prepare_inputs()
        return lambda: operation(*inputs)

    return prepare


def additions(operation):
    return forward(lambda: (colliding(64, 500_000), tensor(500_000)), operation)


def zeros():
    return torch.zeros(64, device=DEVICE)


def ctc():
    log_probs = tensor(50, 16, 20).log_softmax(2)
    targets = torch.randint(1, 20, (16, 30), device=DEVICE)
    lengths = torch.full((16,), 50), torch.full((16,), 30)

    def once():
        x = log_probs.clone().requires_grad_()
        F.ctc_loss(x, targets, *lengths).backward()
        return x.grad

    return once


def embedding_bag(mode):
    def prepare():
        table, words = tensor(50, 64), colliding(50, 2000, 20)
        weights = tensor(2000, 64)

        def once():
            x = table.clone().requires_grad_()
            (F.embedding_bag(words, x, mode=mode) * weights).sum().backward()
            return x.grad

        return once

    return prepare


def grid_sample(**options):
    def prepare():
        grid = torch.rand(4, 128, 128, 2, device=DEVICE) * 2 - 1
        return backward(lambda x: F.grid_sample(x, grid, **options), 4, 8, 16, 16)()

    return prepare


def unpool(dims):
    pool = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[dims - 1]
    back = (F.max_unpool1d, F.max_unpool2d, F.max_unpool3d)[dims - 1]

    def prepare():
        values, where = pool(tensor(4, 4, *[12] * dims), 2, return_indices=True)
        return lambda: back(values, where, 2)

    return prepare


def nll(shape):
    def prepare():
        labels = torch.randint(0, shape[1], (shape[0], *shape[2:]), device=DEVICE)
        logits = tensor(*shape)
        return lambda: F.cross_entropy(logits, labels)

    return prepare


def attention():
    q, k, v = (tensor(2, 4, 512, 64).half() for _ in range(3))

    def once():
        x = q.clone().requires_grad_()
        F.scaled_dot_product_attention(x, k, v).sum().backward()
        return x.grad

    return once


OPERATIONS = {
    "index_add_": additions(lambda i, v: zeros().index_add_(0, i, v)),
    "index_put_(accumulate=True)": additions(lambda i, v: zeros().index_put_((i,), v, accumulate=True)),
    "put_(accumulate=True)": additions(lambda i, v: zeros().put_(i, v, accumulate=True)),
    "scatter_add_": additions(lambda i, v: zeros().scatter_add_(0, i, v)),
    "scatter_(reduce='add')": additions(lambda i, v: zeros().scatter_(0, i, v, reduce="add")),
    "scatter_(reduce='multiply')": additions(lambda i, v: (zeros() + 1).scatter_(0, i, 1 + v / 1e4, reduce="multiply")),
    **{
        f"scatter_reduce_('{how}')": additions(lambda i, v, how=how: (zeros() + 1).scatter_reduce_(0, i, 1 + v / 1e4, how))
        for how in ("sum", "mean", "prod", "amax", "amin")
    },
    **{
        f"index_reduce_('{how}')": additions(lambda i, v, how=how: (zeros() + 1).index_reduce_(0, i, 1 + v / 1e4, how))
        for how in ("prod", "mean", "amax", "amin")
    },
    "bincount(weights)": additions(lambda i, v: torch.bincount(i, v)),
    "bincount": additions(lambda i, v: torch.bincount(i)),
    "histc": forward(lambda: (tensor(500_000),), lambda x: torch.histc(x, bins=64)),
    "kthvalue": forward(lambda: (tensor(64, 999).round(),), lambda x: torch.kthvalue(x, 500, dim=1).indices),
    "median(dim)": forward(lambda: (tensor(64, 999).round(),), lambda x: torch.median(x, dim=1).indices),
    "nanmedian(dim)": forward(lambda: (tensor(64, 999).round(),), lambda x: torch.nanmedian(x, dim=1).indices),
    "median": forward(lambda: (tensor(64, 999),), torch.median),
    "cumsum, one row": forward(lambda: (tensor(1_000_000),), lambda x: torch.cumsum(x, 0)),
    "index_select backward": backward(lambda x: torch.index_select(x, 0, SHARED["rows"]), 64),
    "indexing backward": backward(lambda x: x[SHARED["rows"]], 64),
    "gather backward": backward(lambda x: torch.gather(x, 0, SHARED["rows"]), 64),
    "take backward": backward(lambda x: torch.take(x, SHARED["rows"]), 64),
    "embedding backward": backward(lambda x: F.embedding(SHARED["rows"], x), 64, 16),
    **{
        f"interpolate {mode}{' antialias' * antialias} backward": backward(
            lambda x, mode=mode, antialias=antialias, size=size: F.interpolate(x, size=size, mode=mode, antialias=antialias), *shape
        )
        for mode, antialias, size, shape in [
            ("linear", False, 257, (4, 8, 33)),
            ("bilinear", False, (257, 257), (4, 8, 33, 33)),
            ("bicubic", False, (257, 257), (4, 8, 33, 33)),
            ("trilinear", False, (40, 40, 40), (2, 4, 9, 9, 9)),
            ("area", False, (23, 23), (4, 8, 33, 33)),
            ("nearest", False, (257, 257), (4, 8, 33, 33)),
            ("bilinear", True, (17, 17), (4, 8, 65, 65)),
            ("bicubic", True, (17, 17), (4, 8, 65, 65)),
        ]
    },
    "grid_sample backward": grid_sample(align_corners=False),
    "grid_sample aligned corners backward": grid_sample(align_corners=True),
    "grid_sample nearest backward": grid_sample(mode="nearest", align_corners=False),
    "grid_sample border backward": grid_sample(padding_mode="border", align_corners=True),
    "AdaptiveAvgPool1d(5) backward": backward(nn.AdaptiveAvgPool1d(5), 4, 8, 33),
    "AdaptiveAvgPool2d(5) backward": backward(nn.AdaptiveAvgPool2d(5), 4, 8, 33, 33),
    "AdaptiveAvgPool3d(5) backward": backward(nn.AdaptiveAvgPool3d(5), 2, 4, 13, 13, 13),
    "AdaptiveAvgPool2d(1) backward": backward(nn.AdaptiveAvgPool2d(1), 4, 8, 33, 33),
    "AdaptiveMaxPool1d(5) backward": backward(nn.AdaptiveMaxPool1d(5), 4, 8, 33),
    "AdaptiveMaxPool2d(5) backward": backward(nn.AdaptiveMaxPool2d(5), 4, 8, 33, 33),
    "AvgPool2d backward": backward(nn.AvgPool2d(3, stride=1), 4, 8, 33, 33),
    "AvgPool3d backward": backward(nn.AvgPool3d(3, stride=1), 2, 4, 13, 13, 13),
    "LPPool3d backward": backward(nn.LPPool3d(2, 3, stride=1), 2, 4, 13, 13, 13),
    "FractionalMaxPool2d backward": lambda: backward(fixed_fractional(nn.FractionalMaxPool2d, 2), 2, 4, 33, 33)(),
    "FractionalMaxPool3d backward": lambda: backward(fixed_fractional(nn.FractionalMaxPool3d, 3), 2, 4, 13, 13, 13)(),
    "MaxPool2d backward": backward(nn.MaxPool2d(3, stride=1), 4, 8, 33, 33),
    "MaxPool3d backward": backward(nn.MaxPool3d(3, stride=1), 2, 4, 13, 13, 13),
    "MaxPool3d with indices backward": backward(nn.MaxPool3d(3, stride=1, return_indices=True), 2, 4, 13, 13, 13),
    **{f"MaxUnpool{dims}d": unpool(dims) for dims in (1, 2, 3)},
    **{
        f"{kind}Pad{dims}d backward": backward(getattr(nn, f"{kind}Pad{dims}d")(4), 2, 4, *[9] * dims)
        for kind in ("Reflection", "Replication")
        for dims in (1, 2, 3)
    },
    "Conv2d(padding_mode='reflect') backward": lambda: backward(nn.Conv2d(4, 4, 3, padding=1, padding_mode="reflect").to(DEVICE), 2, 4, 9, 9)(),
    "ctc_loss backward": ctc,
    "EmbeddingBag max backward": embedding_bag("max"),
    "EmbeddingBag sum backward": embedding_bag("sum"),
    "EmbeddingBag mean backward": embedding_bag("mean"),
    "cross_entropy (N, C)": nll((4096, 10)),
    "cross_entropy (N, C, H, W)": nll((8, 10, 128, 128)),
    "scaled_dot_product_attention backward": attention,
}
SHARED = {}


def fixed_fractional(module, dims):
    """These pools draw where to pool, so the same samples are given each time."""
    return module(2, output_ratio=0.7, _random_samples=torch.rand(2, 4, dims, device=DEVICE))


def observe(prepare, mode, warn_only):
    """What happens in TIMES runs of one operation on the same inputs."""
    torch.manual_seed(0)
    torch.use_deterministic_algorithms(False)
    SHARED["rows"] = colliding(64, 200_000)
    once = prepare()
    torch.use_deterministic_algorithms(mode, warn_only=warn_only)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            first, *others = [once().detach().clone() for _ in range(TIMES)]
    except (RuntimeError, NotImplementedError) as error:
        return {"outcome": "throws", "text": str(error).splitlines()[0]}
    finally:
        torch.use_deterministic_algorithms(False)
    differing = sum(not torch.equal(first, other) for other in others)
    outcome = {"outcome": "differs", "runs": differing} if differing else {"outcome": "deterministic"}
    alerts = sorted({str(warning.message).splitlines()[0] for warning in caught if "determinis" in str(warning.message)})
    return {**outcome, **({"text": alerts[0]} if alerts else {})}


def main():
    global DEVICE
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda", help="cpu only tries the table and writes nothing")
    DEVICE = parser.parse_args().device
    if DEVICE == "cuda" and not torch.cuda.is_available():
        print("No CUDA device: nothing is recorded.")
        return 2

    table = {}
    for name, prepare in OPERATIONS.items():
        table[name] = {label: observe(prepare, *mode) for label, mode in MODES.items()}
        print(f"{name}: " + ", ".join(f"{label} {seen['outcome']}" for label, seen in table[name].items()), flush=True)
    if DEVICE != "cuda":
        return 0

    device = torch.cuda.get_device_name(0)
    record = {"device": device, "torch": torch.__version__, "cuda": torch.version.cuda, "times": TIMES, "operations": table}
    path = Path(__file__).resolve().parent / "results" / f"{slug(device)}-torch-{slug(torch.__version__)}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    print(f"{len(table)} operations: {path.name}")
    return 0


def slug(text):
    return re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-").lower()


if __name__ == "__main__":
    sys.exit(main())
