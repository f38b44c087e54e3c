# {"claim": "warn_only is taken by its name alone.", "error": "TypeError: use_deterministic_algorithms() takes 1 positional argument but 2 were given"}
#- bad
import torch

torch.use_deterministic_algorithms(True, True)
