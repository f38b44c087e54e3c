"""Compiled regions: what `torch.compile` makes of a function is one operation for each call, whatever it does inside.

The compiler may run other kernels in each run for the same numbers, and most of its own are seen by nobody. So what happens inside is
left out, and what comes out is compared; the same goes for the backward pass of a region.
"""

import functools
import types

from . import records, sites, stream

OPERATION = "compiled region"
BACKWARD = "backward of a compiled region"
# The name of the node in the graph of autograd that is the backward pass of a region.
_NODE = "CompiledFunctionBackward"


def _state(torch):
    """Of the generators that a region may draw from, as they are now."""
    states = [torch.default_generator.get_state()]
    if torch.cuda.is_initialized():
        states.append(torch.cuda.get_rng_state())
    return states


def _hook(module):
    import torch

    from . import ops

    kind = module.OptimizeContext
    make = kind.__call__

    def __call__(self, fn):
        made = make(self, fn)
        return _region(made, torch, ops) if isinstance(made, types.FunctionType) else made

    kind.__call__ = __call__


def _region(made, torch, ops):
    """A compiled function whose calls are operations."""

    @functools.wraps(made)
    def region(*args, **kwargs):
        now = stream.current
        if now is None or now.over or stream.quiet or stream.muted or ops.in_mode_of_fakes():
            return made(*args, **kwargs)
        site = sites.here()
        stream.muted += 1
        before = _state(torch)
        stream.muted -= 1
        stream.quiet += 1
        try:
            results = made(*args, **kwargs)
        finally:
            stream.quiet -= 1
        stream.muted += 1
        try:
            drew = not all(map(torch.equal, before, _state(torch)))
        finally:
            stream.muted -= 1
        given = ops.tensors_of([args, list(kwargs.values())])
        ops.taken_unseen(given)
        ops.note(OPERATION, results, site, flags=records.DRAWS if drew else 0, taken=given)
        for node in {each.grad_fn for each in ops.tensors_of(results)} - {None}:
            if node.name() == _NODE:
                node.register_hook(lambda inputs, _, site=site: _backward(ops, inputs, site))
        return results

    if hasattr(region, "_torchdynamo_wrapper_id"):
        # By this the compiler knows that it has wrapped this very function.
        region._torchdynamo_wrapper_id = id(region)
    ops._regions.append(region)
    return region


def _backward(ops, gradients, site):
    ops.note(BACKWARD, gradients, sites.here(), flags=records.BACKWARD, forward=site)


HOOKS = {"torch._dynamo.eval_frame": _hook}
