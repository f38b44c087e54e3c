"""What `gpu_ops.py` runs: each row of `server/data/ops.json` about torch and torchvision, on inputs whose indices collide.

A case is Python in text, so that this table needs no torch: run by itself it prints the rows it has cases for, as JSON.
`gpu_ops.py` says what the names in it mean. A case without a row says that nothing is to be reported: it repeats, and never raises.
"""

import json
from typing import NamedTuple


class Case(NamedTuple):
    row: str
    # Statements that make the inputs, once.
    inputs: str
    # An expression that is taken many times.
    result: str
    # The inputs whose gradients are taken too.
    gradient: str = ""
    # The package that it needs besides torch; or `cuda`, where it says nothing of a CPU.
    needs: str = ""

    @property
    def name(self):
        return f"{self.row or 'no row'}: {self.result}"


ADDED = "i, v = colliding(64, N), tensor(N)"
NEAR_ONE = "i, v = colliding(64, N), 1 + tensor(N) / 1e4"
READ = "x, i = tensor(64), colliding(64, N)"
TIES = "x = tensor(64, 999).round()"
IMAGE = {1: "x = sized((8, 16, 257), (2, 3, 17))", 2: "x = sized((8, 16, 65, 65), (2, 3, 9, 9))", 3: "x = sized((4, 8, 17, 17, 17), (1, 2, 7, 7, 7))"}
METHOD = "torch.Tensor."
F = "torch.nn.functional."


def pooled(name, arguments, row=None):
    """A layer without parameters on an image."""
    return Case(f"torch.nn.{name}" if row is None else row, IMAGE[int(name[-2])], f"nn.{name}({arguments})(x)", "x")


def padding(kind, dims):
    row, mode, pad = f"torch.nn.{kind}Pad{dims}d", {"Reflection": "reflect", "Replication": "replicate"}[kind], (2,) * (2 * dims)
    layer = f"; layer = nn.Conv{dims}d(x.shape[1], 4, 3, padding=1, padding_mode={mode!r}).to(DEVICE)"
    yield Case(row, IMAGE[dims], f"nn.{kind}Pad{dims}d(2)(x)", "x")
    yield Case(f"{row} pad", IMAGE[dims], f"F.pad(x, {pad}, mode={mode!r})", "x")
    yield Case(f"{row} padding_mode", IMAGE[dims] + layer, "layer(x)", "x")


def convolution(dims, transposed):
    name, function = ("ConvTranspose", "conv_transpose") if transposed else ("Conv", "conv")
    shapes = {1: "(32, 64, 512), (2, 3, 17)", 2: "(32, 64, 56, 56), (2, 3, 9, 9)", 3: "(8, 16, 20, 20, 20), (1, 2, 7, 7, 7)"}
    inputs = f"x = sized({shapes[dims]}); w = tensor(x.shape[1], x.shape[1]{', 3' * dims})"
    return Case(f"torch.nn.{name}{dims}d", inputs, f"F.{function}{dims}d(x, w)", "x, w")


def resized(mode, dims, size, more="", row=None):
    size = (size,) * dims
    return Case(f"{F}interpolate {mode}" if row is None else row, IMAGE[dims], f"F.interpolate(x, size={size}, mode={mode!r}{more})", "x")


def sampled(row, options, dims=2):
    inputs = f"{IMAGE[dims]}; grid = torch.rand(len(x), {'48, ' * dims}{dims}, device=DEVICE) * 2 - 1"
    return Case(f"{F}grid_sample {row}", inputs, f"F.grid_sample(x, grid, {options})  # {dims}-D", "x")


def attended(backend):
    inputs = "q, k, v = (sized((2, 8, 2048, 64), (1, 2, 32, 16)).bfloat16() for _ in range(3))"
    short = {"FLASH_ATTENTION": "flash", "EFFICIENT_ATTENTION": "efficient", "CUDNN_ATTENTION": "cudnn"}[backend]
    return Case(f"{F}scaled_dot_product_attention {short}", inputs, f"attention({backend!r}, q, k, v)", "q, k, v")


def recurrent(name):
    return Case("torch.nn.LSTM", f"x = sized((64, 32, 64), (5, 3, 8)); layer = nn.{name}(x.shape[2], 64, 2).to(DEVICE)", f"layer(x)  # {name}", "x")


def of_regions(name, arguments="5", channels="4"):
    inputs = f"x = tensor(2, {channels}, 33, 33); corners = torch.rand(200, 2, device=DEVICE) * 12; " \
        "boxes = torch.cat([colliding(2, 200, 1).float(), corners, corners + 15], 1)"
    return Case(f"torchvision.ops.{name}", inputs, f"torchvision.ops.{name}(x, boxes, {arguments})", "x", "torchvision")


CASES = [
    # Colliding writes and sums.
    Case(METHOD + "index_add_", ADDED, "zeros(64).index_add_(0, i, v)", "v"),
    Case("", "i, v = colliding(64, N), colliding(9, N)", "zeros(64).long().index_add_(0, i, v)"),
    Case(METHOD + "index_copy_", ADDED, "zeros(64).index_copy_(0, i, v)"),
    Case(METHOD + "index_put_ accumulate", ADDED, "zeros(64).index_put_((i,), v, accumulate=True)", "v"),
    Case("", ADDED, "zeros(64).index_put_((i,), v, accumulate=True)", "v", "cuda"),
    Case(METHOD + "index_put_ overwrite", ADDED, "zeros(64).index_put_((i,), v)"),
    *(Case(METHOD + "index_reduce_", NEAR_ONE, f"(zeros(64) + 1).index_reduce_(0, i, v, {how!r})") for how in ("prod", "mean", "amax", "amin")),
    Case(METHOD + "put_ accumulate", ADDED, "zeros(64).put_(i, v, accumulate=True)", "v"),
    Case(METHOD + "put_ accumulate on CPU", ADDED, "torch.put(zeros(64), i, v, accumulate=True)", "v"),
    Case(METHOD + "put_ overwrite", ADDED, "zeros(64).put_(i, v)"),
    Case(METHOD + "resize_", "x = torch.quantize_per_tensor(torch.ones(6), 0.1, 0, torch.qint8)", "x.clone().resize_(3)"),
    Case(METHOD + "scatter_ overwrite", ADDED, "zeros(64).scatter_(0, i, v)"),
    Case(METHOD + "scatter_ reduce add", ADDED, "zeros(64).scatter_(0, i, v, reduce='add')"),
    Case(METHOD + "scatter_ reduce multiply", NEAR_ONE, "(zeros(64) + 1).scatter_(0, i, v, reduce='multiply')"),
    Case("", "i = colliding(64, N)", "zeros(64).scatter_(0, i, 1.0)"),
    Case(METHOD + "scatter_add_", ADDED, "zeros(64).scatter_add_(0, i, v)", "v"),
    Case(METHOD + "scatter_add_", "i, v = colliding(64, N // 8, 8), tensor(N // 8, 8)", "zeros(64, 8).scatter_add_(0, i, v)", "v"),
    *(Case(METHOD + "scatter_reduce_ amax", NEAR_ONE, f"(zeros(64) + 1).scatter_reduce_(0, i, v, {how!r})") for how in ("amax", "amin")),
    *(Case(METHOD + "scatter_reduce_ sum", NEAR_ONE, f"(zeros(64) + 1).scatter_reduce_(0, i, v, {how!r})") for how in ("sum", "mean")),
    Case(METHOD + "scatter_reduce_ prod", NEAR_ONE, "(zeros(64) + 1).scatter_reduce_(0, i, v, 'prod')"),
    Case("torch.bincount counts", ADDED, "torch.bincount(i)"),
    Case("torch.bincount weights", ADDED, "torch.bincount(i, v)"),
    Case("torch.histc floating point", "x = tensor(N)", "torch.histc(x, bins=64)"),
    Case("torch.histc integer", "x = colliding(64, N).int()", "torch.histc(x, bins=64)", needs="cuda"),
    Case("torch.bmm", "x, y = tensor(4, 64, 64).relu().to_sparse(), tensor(4, 64, 16)", "torch.bmm(x, y)"),
    Case("torch.mm", "x, y = tensor(256, 256), tensor(256, 256)", "torch.mm(x, y)", "x, y"),
    # Rows of sums, and which of equal values is meant.
    Case("torch.cumsum", "x = tensor(2 * N)", "torch.cumsum(x, 0)", "x"),
    Case("torch.cumprod", "x = 1 + tensor(2 * N) / 1e4", "torch.cumprod(x, 0)", "x"),
    Case("torch.cummax", "x = tensor(2 * N).round()", "torch.cummax(x, 0)", "x"),
    Case("torch.kthvalue", TIES, "torch.kthvalue(x, 500, dim=1).indices"),
    Case("torch.median", TIES, "torch.median(x, dim=1).indices"),
    Case("torch.nanmedian", TIES, "torch.nanmedian(x, dim=1).indices"),
    Case("", TIES, "torch.median(x)"),
    Case("torch.topk ties", TIES, "torch.topk(x, 50).indices"),
    Case("torch.topk many", TIES, "torch.topk(x, 64).indices"),
    Case("torch.empty", "", "torch.empty(N, device=DEVICE)"),
    # Gradients of what reads an element more than once.
    Case(METHOD + "__getitem__", READ, "x[i]", "x"),
    Case("", READ, "x[i]", "x", "cuda"),
    Case("torch.gather", READ, "torch.gather(x, 0, i)", "x"),
    Case("torch.index_select", READ, "torch.index_select(x, 0, i)", "x"),
    Case("torch.repeat_interleave", "x, n = tensor(64), torch.full((64,), N // 64, device=DEVICE)", "torch.repeat_interleave(x, n)", "x"),
    Case("torch.take", READ, "torch.take(x, i)", "x"),
    Case("torch.take on CPU", READ, "torch.take(x, i)", "x"),
    Case("torch.take_along_dim", READ, "torch.take_along_dim(x, i, 0)", "x"),
    Case("torch.nn.Embedding", "x, i = tensor(4, 16), colliding(4, N)", "F.embedding(i, x)", "x"),
    *(
        Case(f"torch.nn.EmbeddingBag {row}", "x, i = tensor(50, 64), colliding(50, N // 100, 20)", f"F.embedding_bag(i, x, mode={mode!r})", "x")
        for row, mode in (("max", "max"), ("sum", "sum"), ("sum", "mean"))
    ),
    # Windows that share elements.
    *(pooled(f"AdaptiveAvgPool{dims}d", "5") for dims in (1, 2, 3)),
    *(pooled(f"AdaptiveMaxPool{dims}d", "5") for dims in (1, 2)),
    *(pooled(f"AvgPool{dims}d", "3, stride=1", "" if dims < 3 else None) for dims in (1, 2, 3)),
    *(pooled(f"MaxPool{dims}d", "3, stride=1", "" if dims < 3 else None) for dims in (1, 2, 3)),
    pooled("AdaptiveAvgPool2d", "1", ""),
    pooled("AdaptiveAvgPool3d", "1", ""),
    pooled("MaxPool3d", "3, stride=1, return_indices=True", "torch.nn.MaxPool3d return_indices"),
    pooled("LPPool3d", "2, 3, stride=1"),
    *(
        Case(
            f"torch.nn.FractionalMaxPool{dims}d",
            f"{IMAGE[dims]}; samples = torch.rand(*x.shape[:2], {dims}, device=DEVICE)",  # They would be drawn anew each time.
            f"nn.FractionalMaxPool{dims}d(2, output_ratio=0.7, _random_samples=samples)(x)",
            "x",
        )
        for dims in (2, 3)
    ),
    *(
        Case(
            f"torch.nn.MaxUnpool{dims}d",
            f"{IMAGE[dims]}; y, i = F.max_pool{dims}d(x, 2, return_indices=True); i = i // 5",
            f"F.max_unpool{dims}d(y, i, 2, output_size=x.shape)",
            "y",
        )
        for dims in (1, 2, 3)
    ),
    *(case for kind in ("Reflection", "Replication") for dims in (1, 2, 3) for case in padding(kind, dims)),
    *(
        Case(f"{F}pad {mode}", IMAGE[2] + "; amounts = [2] * 4", f"F.pad(x, amounts, mode={mode!r})", "x")
        for mode in ("reflect", "replicate")
    ),
    Case("", IMAGE[2], "F.pad(x, (2, 2), value=1.0)", "x"),
    resized("linear", 1, 999),
    resized("bilinear", 2, 99),
    resized("bicubic", 2, 99),
    resized("trilinear", 3, 25),
    resized("area", 2, 5),
    resized("bilinear", 2, 5, ", antialias=True", f"{F}interpolate antialias"),
    resized("bicubic", 2, 5, ", antialias=True", f"{F}interpolate antialias"),
    *(resized(mode, 2, 99, "", "") for mode in ("nearest", "nearest-exact")),
    sampled("corners not aligned", "align_corners=False"),
    sampled("corners not aligned", "align_corners=False", 3),
    sampled("cuDNN", "align_corners=True"),
    sampled("other mode", "mode='nearest', align_corners=True"),
    sampled("other padding", "padding_mode='border', align_corners=True"),
    sampled("unknown arguments", "mode='bicubic', padding_mode='reflection', align_corners=False"),
    # Networks.
    *(convolution(dims, transposed) for transposed in (False, True) for dims in (1, 2, 3)),
    recurrent("LSTM"),
    recurrent("GRU"),
    Case(
        f"{F}ctc_loss",
        "x, y = tensor(50, 16, 20).log_softmax(2), 1 + colliding(19, 16, 30); lengths = torch.full((16,), 50), torch.full((16,), 30)",
        "F.ctc_loss(x, y, *lengths)",
        "x",
    ),
    Case(f"{F}nll_loss", "x = sized((8, 10, 256, 256), (2, 3, 9, 9)); y = colliding(x.shape[1], len(x), *x.shape[2:])", "F.cross_entropy(x, y)", "x"),
    Case("", "x, y = tensor(4096, 10), colliding(10, 4096)", "F.cross_entropy(x, y)", "x"),
    Case("", "x, y = tensor(4, 10, 9, 9), colliding(10, 4, 9, 9)", "F.cross_entropy(x, y, reduction='none')", "x"),
    *(attended(backend) for backend in ("FLASH_ATTENTION", "EFFICIENT_ATTENTION", "CUDNN_ATTENTION")),
    Case(
        "torch.nn.attention.flex_attention.flex_attention",
        "q, k, v = (tensor(2, 4, 512, 64).bfloat16() for _ in range(3)); "
        "mask = flex.create_block_mask(lambda b, h, i, j: i >= j, None, None, 512, 512, device=DEVICE); attend = torch.compile(flex.flex_attention)",
        "attend(q, k, v, block_mask=mask, kernel_options={'BACKEND': 'FLASH'})",
        "q",
        "flash_attn.cute",
    ),
    # Libraries, where they are installed.
    Case(
        "torchvision.ops.deform_conv2d",
        "x, o, w = tensor(2, 4, 17, 17), tensor(2, 18, 15, 15), tensor(4, 4, 3, 3)",
        "torchvision.ops.deform_conv2d(x, o, w)",
        "x",
        "torchvision",
    ),
    of_regions("ps_roi_align", channels="50"),
    of_regions("ps_roi_pool", channels="50"),
    of_regions("roi_align", "5, 1.0, 2"),
    of_regions("roi_pool"),
    *(
        Case(f"torch_geometric.utils.scatter {row}", NEAR_ONE, f"torch_geometric.utils.scatter(v, i, 0, 64, {how!r})", "v", "torch_geometric")
        for row, how in (("mul", "mul"), ("sum", "sum"), ("sum", "mean"))
    ),
    Case(
        "torch_geometric.nn.MessagePassing",
        "x, edges = tensor(64, 16), colliding(64, 2, N // 16); layer = torch_geometric.nn.GCNConv(16, 16).to(DEVICE)",
        "layer(x, edges)",
        "x",
        "torch_geometric",
    ),
    *(
        Case(f"torch_scatter.scatter {row}", NEAR_ONE, f"torch_scatter.scatter(v, i, 0, None, 64, {how!r})", "v", "torch_scatter")
        for row, how in (("mul", "mul"), ("sum", "sum"))
    ),
]
assert len({case.name for case in CASES}) == len(CASES)

if __name__ == "__main__":
    for case in CASES:
        compile(case.inputs, case.name, "exec")
        compile(case.result, case.name, "eval")
    print(json.dumps(sorted({case.row for case in CASES} - {""})))
