# {"claim": "The calls that the repairs write work."}
#- holds
import torch

torch.use_deterministic_algorithms(True)
assert torch.are_deterministic_algorithms_enabled()
torch.use_deterministic_algorithms(True, warn_only=True)
assert torch.is_deterministic_algorithms_warn_only_enabled()
torch.use_deterministic_algorithms(mode=False)
assert not torch.are_deterministic_algorithms_enabled()
