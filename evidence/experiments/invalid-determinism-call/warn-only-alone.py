# {"claim": "warn_only does not stand for the first argument.", "error": "TypeError: use_deterministic_algorithms() missing 1 required positional argument: 'mode'"}
#- bad
import torch

torch.use_deterministic_algorithms(warn_only=True)
