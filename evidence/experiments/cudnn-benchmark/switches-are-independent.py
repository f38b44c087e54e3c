# {"claim": "use_deterministic_algorithms(True) turns neither cudnn.benchmark off nor cudnn.deterministic on."}
#- holds
import torch

torch.backends.cudnn.benchmark = True
torch.use_deterministic_algorithms(True)
assert torch.backends.cudnn.benchmark is True
assert torch.backends.cudnn.deterministic is False
