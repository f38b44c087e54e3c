import torch
import torch.nn.functional as F

torch.manual_seed(0)
x = torch.randn(16)
for name in {"relu", "tanh", "sigmoid", "gelu", "silu", "elu", "selu"}:  # parts: control-flow
    x = getattr(F, name)(x)
print(x.sum().item())
