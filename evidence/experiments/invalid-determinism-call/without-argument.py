# {"claim": "The argument is required.", "error": "TypeError: use_deterministic_algorithms() missing 1 required positional argument: 'mode'"}
#- bad
import torch

torch.use_deterministic_algorithms()
