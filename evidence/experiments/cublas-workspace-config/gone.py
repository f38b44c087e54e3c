# {"claim": "Torch 2.10 and newer ask for no variable: a product under the flag works without it.", "needs": ["cuda", "torch>=2.10"]}
#- holds
import os

os.environ.pop("CUBLAS_WORKSPACE_CONFIG", None)

import torch

torch.use_deterministic_algorithms(True)
a = torch.ones(2, 2, device="cuda")
assert (a @ a).sum().item() == 8.0
