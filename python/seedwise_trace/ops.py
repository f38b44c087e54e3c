"""Sees every operation of torch: hashes what it gives, in order, and knows which line of the user's asked for it."""

import ctypes
import os
import sys
import time
import zlib

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from . import records, sites, stream
from .hashing import COLUMNS, bytes_hash, signed, weights

crc32 = zlib.crc32
Tensor = torch.Tensor
# Older versions of torch do not say which node of the backward pass runs: it is then shown where it was started.
_node = getattr(torch._C, "_current_autograd_node", lambda: None)
_sequence = getattr(torch.autograd, "_get_sequence_nr", lambda: 0)
_storage = getattr(Tensor, "untyped_storage", None) or Tensor._storage
_getframe = sys._getframe
_nearest = sites.nearest
_pack = records.HARD.pack

_AGAIN = 16
_MOST_SAVED_BYTES = 1 << 24
_MOST_SITES = 200_000

_WRITES_ALL = ("fill_", "zero_", "copy_.", ".out", "arange", "eye_")
_FROM_OUTSIDE = ("lift_fresh", "scalar_tensor", "aten.full", "_to_copy", "fill_", "copy_.", "lift.")
_SKIPPED = ("profiler.", "prim.device", "aten.detach", "aten.is_", "aten.set_", "aten.sym_", "aten._unsafe_view")
# What these give is not there yet when they return.
_LATE = ("c10d.", "c10d_functional", "_c10d_functional", "_dtensor")
_FAKES = ("FakeTensor", "FunctionalTensor", "BatchedTensor", "AsyncCollectiveTensor")


class _Op:
    """What is known of an operation by its schema."""

    __slots__ = ("func", "call", "name", "flags", "mutated", "draws", "makes_empty", "skipped", "writes_all", "late", "shapes_only")

    def __init__(self, func):
        self.func = func
        # What a call of the operation calls, a step nearer to the kernel.
        self.call = getattr(func, "_op", func)
        self.name = name = str(func)
        self.mutated, tags, returns = (), (), ()
        try:
            tags = func.tags
            arguments, returns = func._schema.arguments, func._schema.returns
            self.mutated = tuple(
                (index, each.name)
                for index, each in enumerate(arguments)
                if each.alias_info is not None and each.alias_info.is_write
            )
        except Exception:
            arguments = ()
        tag = getattr(torch.Tag, "nondeterministic_seeded", None)
        self.draws = tag in tags if tag is not None else False
        is_view = bool(returns) and all(
            each.alias_info is not None and not each.alias_info.is_write for each in returns
        )
        self.skipped = name.startswith(_SKIPPED) or (is_view and "lift_fresh" not in name)
        self.makes_empty = ".empty" in name or "new_empty" in name
        self.writes_all = bool(self.mutated) and self.mutated[0][0] == 0 and (
            self.draws or (any(part in name for part in _WRITES_ALL) and "masked" not in name)
        )
        outside = any(part in name for part in _FROM_OUTSIDE)
        self.flags = (records.DRAWS if self.draws else 0) | (records.OUTSIDE if outside else 0)
        self.late = name.startswith(_LATE)
        # Takes nothing but shape and kind from a tensor.
        self.shapes_only = "_like." in name or ".new_" in name


_ops = {}


def _device_hash(tensor):
    """Computed where the tensor lies, as `bytes_hash` does: sums of whole numbers are the same in any order of adding."""
    data = tensor.detach().contiguous().reshape(-1).view(torch.uint8)
    for kind, size in ((torch.int64, 8), (torch.int32, 4)):
        if data.numel() % size == 0:
            data = data.view(kind)
            break
    data = data.to(torch.int64)
    by_column = _weights.get(data.device)
    if by_column is None:
        by_column = _weights[data.device] = torch.tensor([signed(each) for each in weights()], device=data.device)
    table = torch.nn.functional.pad(data, (0, -data.numel() % COLUMNS)).view(-1, COLUMNS)
    by_row, rows = (table * by_column).sum(1), torch.arange(1, len(table) + 1, device=data.device)
    columns = table.sum(0)
    # Of what a sum says, the upper half depends on all bits: each is mixed down before it is weighted in its turn.
    mixed = [each ^ (each >> 29) for each in (by_row, columns)]
    return (mixed[0] * (rows * signed(_ODD) | 1)).sum() + (mixed[1] * by_column).sum()


_ODD = 0x9E3779B97F4A7C15
_weights = {}


def tensor_hash(tensor, seed=0):
    """A number of 32 bits for the values of a tensor, their order and their kind."""
    try:
        # As nearly every tensor is; whatever is not, and says so by failing, is looked at below.
        if tensor.is_cpu and tensor.is_contiguous():
            size = tensor.nbytes
            return bytes_hash(tensor.data_ptr(), size, seed) if size else crc32(b"empty", seed)
    except Exception:
        pass
    try:
        layout = tensor.layout
        if layout is not torch.strided:
            if layout is torch.sparse_coo:
                return tensor_hash(tensor._values(), tensor_hash(tensor._indices(), seed))
            return tensor_hash(tensor.values(), seed)
        count = tensor.numel()
        if count == 0:
            return crc32(b"empty", seed)
        device = tensor.device.type
        if device == "cpu":
            if tensor.is_quantized:
                tensor = tensor.int_repr()
            if not tensor.is_contiguous():
                if tensor.is_conj() or tensor.is_neg():
                    tensor = tensor.resolve_conj().resolve_neg()
                storage, size = _storage(tensor), count * tensor.element_size()
                held = storage.nbytes()
                if size == held or size > 2 * held:
                    # All of the memory, in the order in which it lies: as much is said by it and by the way to read it.
                    way = b"%r%r" % (tuple(tensor.shape), tensor.stride())
                    return bytes_hash(storage.data_ptr(), held, crc32(way, seed))
                tensor = tensor.contiguous()
            return bytes_hash(tensor.data_ptr(), count * tensor.element_size(), seed)
        if device == "meta":
            return seed
        number = int(_device_hash(tensor).item()) & 0xFFFFFFFFFFFFFFFF
        return crc32(number.to_bytes(8, "little"), seed)
    except Exception as problem:
        return crc32(type(problem).__name__.encode(), seed)


def value_hash(value, seed=0, depth=0):
    """Of any value: tensors and arrays by their contents, containers by their parts, numbers and texts by what they are."""
    if isinstance(value, Tensor):
        return tensor_hash(value, seed)
    if isinstance(value, (list, tuple)):
        for each in value if depth < 8 else ():
            seed = value_hash(each, seed, depth + 1)
        return seed
    if isinstance(value, dict):
        for key in value if depth < 8 else ():
            seed = value_hash(value[key], crc32(repr(key).encode("utf-8", "replace"), seed), depth + 1)
        return seed
    if value is None or isinstance(value, (int, float, complex, str, bytes)):
        return crc32(repr(value).encode("utf-8", "replace"), seed)
    if hasattr(value, "tobytes"):
        try:
            return crc32(value.tobytes(), seed)
        except Exception:
            return seed
    return seed


def _tensors(value, found):
    if isinstance(value, Tensor):
        found.append(value)
    elif isinstance(value, (list, tuple)):
        for each in value:
            _tensors(each, found)
    return found


class Context:
    """An operation that parted: says what it gave, and can run it again."""

    __slots__ = ("func", "args", "kwargs", "results", "op", "kept", "carries")

    def __init__(self, func, args, kwargs, results, op, kept, carries):
        self.func, self.args, self.kwargs, self.results = func, args, kwargs, results
        # `carries`: its inputs are known to differ, and all it does is hand them on.
        self.op, self.kept, self.carries = op, kept, carries

    def taint(self, report):
        """Remembers that what this drew differs between the runs."""
        _mark(self.results, report)

    def describe(self):
        """Shapes, and the largest difference from what another run left beside the stream."""
        tensors = [each.detach() for each in _tensors(self.results, [])[:8]]
        told = {"shapes": [list(each.shape) for each in tensors], "dtypes": [str(each.dtype)[6:] for each in tensors]}
        now = stream.current
        path = now.config.get("values") and "%s-%s-%d.pt" % (now.config["values"], now.name, now.count)
        if not path or sum(each.numel() * each.element_size() for each in tensors) > _MOST_SAVED_BYTES:
            return told
        try:
            if os.path.exists(path):
                others = torch.load(path)
                if [tuple(each.shape) for each in others] == [tuple(each.shape) for each in tensors]:
                    gaps = [(a.cpu().double() - b.double()).abs() for a, b in zip(tensors, others)]
                    told["largest"] = max((float(gap.max()) for gap in gaps if gap.numel()), default=0.0)
                    told["differing"] = int(sum((gap > 0).sum() for gap in gaps))
            else:
                torch.save([each.cpu() for each in tensors], path)
        except Exception:
            pass
        return told

    def again(self):
        """How many results come of the same inputs when the operation is run 16 times; None where its inputs are gone."""
        # Other processes would wait for a collective operation that is run again, and it for them.
        if self.op.draws or self.op.late or (self.op.mutated and self.kept is None):
            return None
        seen = set()
        try:
            with torch.no_grad():
                for _ in range(_AGAIN):
                    args, kwargs = _copies(self.kept) if self.kept else (self.args, self.kwargs)
                    results = self.func(*args, **kwargs)
                    seen.add(value_hash(_written(self.op, args, kwargs) if self.op.mutated else results))
        except Exception:
            return None
        return {"results": len(seen), "of": _AGAIN}


def _copies(value):
    """The same arguments with tensors of their own."""
    if isinstance(value, Tensor):
        return value.detach().clone()
    if isinstance(value, (list, tuple)):
        return type(value)(_copies(each) for each in value) if type(value) in (list, tuple) else value
    if isinstance(value, dict):
        return {key: _copies(each) for key, each in value.items()}
    return value


def _written(op, args, kwargs):
    return [args[index] if index < len(args) else kwargs.get(name) for index, name in op.mutated]


def _skipping():
    """How the compiler is told to leave a function and all it calls alone; None where torch has only the slow way."""
    frames = getattr(getattr(torch._C, "_dynamo", None), "eval_frame", None)
    try:
        skip = frames._FrameAction.SKIP
        return lambda code: frames.set_code_exec_strategy(code, frames._FrameExecStrategy(skip, skip))
    except AttributeError:
        return None


_skip = _skipping()


class Mode(TorchDispatchMode):
    """Stands between every operation and its kernel."""

    supports_higher_order_operators = True

    @classmethod
    def ignore_compile_internals(cls):
        return True

    @classmethod
    def _should_skip_dynamo(cls):
        # Torch's own way imports the compiler into every program, and goes through a wrapper for every operation.
        return _skip is None

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        # By identity: the hash of an operation is a function in Python.
        op = _ops.get(id(func))
        if op is None:
            op = _ops[id(func)] = _Op(func)
        now = stream.current
        if op.skipped or now is None or stream.muted or stream.quiet or now.over or _is_fake(types):
            return op.call(*args, **kwargs) if kwargs else op.call(*args)
        return _trace(now, op, func, args, kwargs or {})


if _skip is not None:
    _skip(Mode.__torch_dispatch__.__code__)

_modes_of_fakes = getattr(torch._C, "_get_dispatch_mode", None)
_FAKE_KEY = getattr(getattr(torch._C, "_TorchDispatchModeKey", None), "FAKE", None)


def in_mode_of_fakes():
    """Whether operations only try out shapes at the moment."""
    return _FAKE_KEY is not None and _modes_of_fakes(_FAKE_KEY) is not None


def _is_fake(types):
    for each in types:
        if each.__name__ in _FAKES:
            return True
    return _FAKE_KEY is not None and _modes_of_fakes(_FAKE_KEY) is not None


_empty = {}
_forward = {}
_last = [0]


# The backward pass of a compiled region is one operation, which `compiled` notes; something is in here once there are regions.
_COMPILED = "CompiledFunctionBackward"
_regions = []


def _trace(now, op, func, args, kwargs):
    """Runs one operation and writes it down."""
    flags = op.flags
    node = _node()
    forward = sites.NOWHERE
    if node is not None:
        if _regions and node.name() == _COMPILED:
            return op.call(*args, **kwargs)
        flags |= records.BACKWARD
        forward = _forward.get(node._sequence_nr(), sites.NOWHERE)
    if _empty and not (op.makes_empty or op.shapes_only) and _reads_empty(op, args, kwargs):
        flags |= records.UNINITIALIZED
    if op.draws and kwargs.get("generator") is not None:
        flags |= records.OWN_GENERATOR
    inputs = None
    if now.inputs:
        flags |= records.HAS_INPUTS
        inputs = value_hash(args[1:] if op.writes_all else args)
        inputs = value_hash([value for key, value in kwargs.items() if key not in ("out", "generator")], inputs)
    kept = (_copies(args), _copies(kwargs)) if now.keep == now.count + 1 else None
    stream.muted += 1
    try:
        results = op.call(*args, **kwargs) if kwargs else op.call(*args)
    finally:
        stream.muted -= 1
    site = _nearest(_getframe(2))
    if site is sites.NOWHERE:
        site = sites.here(2)
    if node is None:
        number = _sequence()
        if number != _last[0]:
            if len(_forward) > _MOST_SITES:
                _forward.clear()
            _forward[number - 1] = site
            _last[0] = number
    if op.makes_empty:
        _note_empty(now, results, site)
        return results
    given = _written(op, args, kwargs) if op.mutated else results
    carries = _follow(now, op, args, kwargs, given) if _tainted else False
    if _empty:
        for each in _tensors(given, []):
            _wrote(each)
    if type(given) is tuple:
        given = _told(op, given)
    if op.late or kwargs and kwargs.get("non_blocking"):
        flags |= records.UNHASHED
        number = 0
    elif isinstance(given, Tensor):
        number = tensor_hash(given)
    else:
        number = value_hash(given)
    texts = now.texts
    op_id = texts.get(op.name)
    site_id = texts.get(site)
    forward_id = texts.get(forward)
    if op_id is None:
        op_id = now.intern(op.name)
    if site_id is None:
        site_id = now.intern(site)
    if forward_id is None:
        forward_id = now.intern(forward)
    record = _pack(b"h", flags, op_id, site_id, forward_id, number)
    if inputs is not None:
        record += records.INPUTS.pack(inputs)
    if kept is not None:
        now.probe(records.Hard(flags, op_id, site_id, forward_id, number, inputs), Context(func, args, kwargs, given, op, kept, carries))
    if not now.take(record):
        own = records.Hard(flags, op_id, site_id, forward_id, number, inputs)
        now.compare(own, Context(func, args, kwargs, given, op, kept, carries))
    return results


def _address(tensor):
    try:
        return _storage(tensor).data_ptr()
    except Exception:
        return 0


# Where draws lie that differ between the runs: address -> report. Nothing has come of them yet.
_tainted = {}
_MOST_TAINTED = 20_000
# What only hands values on: a copy of weights that will be overwritten says no more than the weights.
_CARRIES = ("aten.clone", "aten.copy_", "aten._to_copy", "aten.lift")


def _mark(value, report):
    if len(_tainted) > _MOST_TAINTED:
        _tainted.clear()
    for tensor in _tensors(value, []):
        address = _address(tensor)
        if address:
            _tainted.pop(address, None)
            _tainted[address] = report
    stream.current.drawn = _last_drawn


def _last_drawn():
    return next(reversed(_tainted.values())) if _tainted else None


def _follow(now, op, args, kwargs, given):
    """What an operation does with differing draws: hands them on (True), overwrites them, or uses them, which is where runs part."""
    read = None
    taken = args[1:] if op.writes_all else () if op.shapes_only else args
    for tensor in _tensors(taken, []) + _tensors(list(kwargs.values()), []):
        read = _tainted.get(_address(tensor)) if tensor.numel() else None
        if read is not None:
            break
    written = _tensors(given, [])
    if read is None:
        for tensor in written:
            address = _address(tensor)
            if address in _tainted and tensor.numel() * tensor.element_size() == _storage(tensor).nbytes():
                del _tainted[address]
        return False
    alone = bool(op.mutated) and all(_address(each) in _tainted for each in written)
    if alone or op.name.startswith(_CARRIES):
        _mark(written, read)
        return True
    stream.muted += 1
    now.tell(read)
    return True


# Results, by their position, that only the backward pass reads, and that the forward leaves partly as the memory was.
_SCRATCH = {"aten._ctc_loss": 1}


def _told(op, results):
    """The results of an operation that say something: what is bytes beside numbers is room to work in."""
    scratch = _SCRATCH.get(op.name.rpartition(".")[0])
    if scratch is not None:
        return results[:scratch] + results[scratch + 1 :]
    tensors = [each for each in results if isinstance(each, Tensor)]
    if len(tensors) < 2 or not any(each.is_floating_point() for each in tensors):
        return results
    return tuple(each for each in results if not isinstance(each, Tensor) or each.dtype is not torch.uint8)


def _wrote(tensor):
    """Takes note of what was written: memory is no longer new once as much of it was written as there is."""
    address = _address(tensor)
    known = _empty.get(address)
    if known is not None:
        known[1] -= tensor.numel() * tensor.element_size()
        if known[1] <= 0:
            del _empty[address]


def _reads_empty(op, args, kwargs):
    start = 1 if op.writes_all else 0
    for tensor in _tensors(args[start:], []) + _tensors(list(kwargs.values()), []):
        known = _empty.get(_address(tensor))
        if known is not None and tensor.numel():
            if not known[2]:
                stream.soft("uninitialized", 0, known[0], depth=4)
                known[2] = True
            return True
    return False


def _note_empty(now, results, site):
    """Remembers memory that nothing was written to yet, or fills it where the run is to."""
    if len(_empty) > 10_000:
        _empty.clear()
    fill = "fill" in now.config.get("changes", ())
    for tensor in _tensors(results, []):
        address = _address(tensor)
        if not address or tensor.device.type == "meta":
            continue
        # Where it was made, how many bytes of it nobody has written, and whether a read of it was told.
        _empty[address] = [site, _storage(tensor).nbytes(), False]
        if fill and tensor.device.type == "cpu":
            ctypes.memset(address, 0xC5, _storage(tensor).nbytes())


def note(name, value, site=None, depth=1, flags=0, forward=sites.NOWHERE, taken=()):
    """What is no operation of torch's but compared like one: a batch, the order of a loader, a compiled region."""
    now = stream.current
    if now is None or stream.muted or now.over:
        return
    stream.muted += 1
    try:
        number = value_hash(value)
        inputs = value_hash(taken) if now.inputs else None
    finally:
        stream.muted -= 1
    flags |= records.HAS_INPUTS if now.inputs else 0
    now.hard(name, site or sites.here(depth + 1), flags, number, inputs, forward)


def tensors_of(value):
    """The tensors in lists and tuples."""
    return _tensors(value, [])


def taken_unseen(tensors):
    """Somebody unseen reads these and may write to them: they are no new memory any more, and a draw that differs has been used."""
    for tensor in tensors if _empty else ():
        _empty.pop(_address(tensor), None)
    for tensor in tensors if _tainted else ():
        read = _tainted.get(_address(tensor))
        if read is not None:
            stream.muted += 1
            stream.current.tell(read)


def enter():
    """Puts the mode below everything the main thread will do."""
    Mode().__enter__()
