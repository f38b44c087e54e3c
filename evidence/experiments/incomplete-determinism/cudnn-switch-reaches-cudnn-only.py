# {"claim": "cudnn.deterministic leaves the global flag off, and the flag leaves cudnn.deterministic as it was."}
#- holds
import torch

torch.backends.cudnn.deterministic = True
assert not torch.are_deterministic_algorithms_enabled()
torch.backends.cudnn.deterministic = False
torch.use_deterministic_algorithms(True)
assert torch.are_deterministic_algorithms_enabled()
assert torch.backends.cudnn.deterministic is False
