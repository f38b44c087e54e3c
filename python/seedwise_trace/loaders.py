"""Loaders of data: where each was made, the order in which it takes its items, and what its batches hold."""

import sys

from . import sites, stream


def _place(dataset):
    """Where a dataset makes its items: the head of its `__getitem__` or `__iter__`."""
    seen = 0
    while type(dataset).__module__.startswith("torch.utils.data") and hasattr(dataset, "dataset") and seen < 20:
        dataset = dataset.dataset
        seen += 1
    for name in ("__getitem__", "__iter__"):
        code = getattr(getattr(type(dataset), name, None), "__code__", None)
        if code is not None and sites.is_user_file(code.co_filename):
            return "%s:%d:%s" % (sites.file_name(code.co_filename), code.co_firstlineno, code.co_name)
    return None


def _hook_fetch(module):
    from . import ops

    for name in ("_MapDatasetFetcher", "_IterableDatasetFetcher"):
        kind = getattr(module, name, None)
        if kind is not None:
            _hook_fetcher(kind, ops)


def _hook_fetcher(kind, ops):
    fetch = kind.fetch

    def traced(self, index):
        seedwise_place = _place(self.dataset) or ""
        data = fetch(self, index)
        now = stream.current
        if now is not None:
            # In a worker no line of the user's asks for the batch.
            where = sites.here() if not now.prefetches else None
            ops.note("batch", data, seedwise_place if where in (None, sites.NOWHERE) and seedwise_place else where)
            if now.prefetches:
                now.flush()
        return data

    kind.fetch = traced
    sites.STAND_INS[traced.__code__] = "seedwise_place"


def _hook_loader(module):
    from . import ops

    loader, base = module.DataLoader, module._BaseDataLoaderIter
    made = loader.__init__

    def __init__(self, *args, **kwargs):
        where = sites.here()
        made(self, *args, **kwargs)
        object.__setattr__(self, "_seedwise_site", where)

    loader.__init__ = __init__
    begin, step, index = base.__init__, base.__next__, base._next_index

    def start(self, loader, *args, **kwargs):
        seedwise_site = getattr(loader, "_seedwise_site", None) or sites.here()
        self._seedwise_site = seedwise_site
        # The seed of workers is drawn here whether or not there are any: that draw alone is no event.
        stream.quiet += 1
        try:
            begin(self, loader, *args, **kwargs)
        finally:
            stream.quiet -= 1
        stream.soft("base-seed", int(getattr(self, "_base_seed", 0)) & 0xFFFFFFFF, "", seedwise_site)

    def _next_index(self):
        seedwise_site = self._seedwise_site
        taken = index(self)
        ops.note("order", taken, seedwise_site)
        return taken

    def __next__(self):
        data = step(self)
        if self._num_workers > 0:
            ops.note("batch", data)
        return data

    base.__init__, base.__next__, base._next_index = start, __next__, _next_index
    for each in (start, _next_index):
        sites.STAND_INS[each.__code__] = "seedwise_site"
    several = module._MultiProcessingDataLoaderIter
    receive = several._try_get_data

    def _try_get_data(self, *args, **kwargs):
        # Results of workers arrive when they arrive; what is done with them on the way is no event.
        stream.muted += 1
        try:
            return receive(self, *args, **kwargs)
        finally:
            stream.muted -= 1

    several._try_get_data = _try_get_data


# Imported by torch itself, before torch is whole, or by the program, after: (module, hook).
_HOOKS = {"torch.utils.data._utils.fetch": _hook_fetch, "torch.utils.data.dataloader": _hook_loader}
_is_whole = [False]


def torch_is_whole():
    """Hooks what came with torch; what comes later is hooked when it is imported."""
    _is_whole[0] = True
    for name, hook in _HOOKS.items():
        if name in sys.modules:
            hook(sys.modules[name])


def _when_whole(hook):
    return lambda module: hook(module) if _is_whole[0] else None


HOOKS = {name: _when_whole(hook) for name, hook in _HOOKS.items()}
