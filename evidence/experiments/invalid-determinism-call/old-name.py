# {"claim": "torch.set_deterministic is gone since torch 1.10.", "error": "AttributeError: module 'torch' has no attribute 'set_deterministic'"}
#- bad
import torch

torch.set_deterministic(True)
