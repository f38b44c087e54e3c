# {"claim": "Under the switch, and unless fill_uninitialized_memory is off, new memory is filled: with NaN, the largest integer, or True."}
#- holds
import torch

MAKERS = [
    lambda dtype: torch.empty(64, dtype=dtype),
    lambda dtype: torch.empty_like(torch.zeros(64, dtype=dtype)),
    lambda dtype: torch.empty_strided((64,), (1,), dtype=dtype),
    lambda dtype: torch.empty_permuted((64,), (0,), dtype=dtype),
    lambda dtype: torch.zeros(1, dtype=dtype).new_empty(64),
    lambda dtype: torch.zeros(0, dtype=dtype).resize_(64),
    lambda dtype: torch.zeros(0, dtype=dtype).resize_as_(torch.zeros(64)),
]


def is_filled(tensor):
    if tensor.dtype is torch.bool:
        return bool(tensor.all())
    if tensor.dtype.is_floating_point or tensor.dtype.is_complex:
        return bool(tensor.isnan().all())
    return bool((tensor == torch.iinfo(tensor.dtype).max).all())


for warn_only in (False, True):
    torch.use_deterministic_algorithms(True, warn_only=warn_only)
    for dtype in (torch.float32, torch.float64, torch.bfloat16, torch.complex64, torch.int64, torch.uint8, torch.bool):
        for maker in MAKERS:
            assert is_filled(maker(dtype)), dtype
torch.utils.deterministic.fill_uninitialized_memory = False
# So much memory comes fresh from the system, whose pages are zeros.
assert not is_filled(torch.empty(2**25)[:64])
