# {"claim": "On CUDA the backward of bilinear interpolation adds in any order; the flag makes it repeat.", "needs": "cuda"}
#- bad
import torch
import torch.nn.functional as F

torch.manual_seed(0)
x = torch.randn(8, 16, 33, 33, device="cuda", requires_grad=True)
weights = torch.randn(8, 16, 257, 257, device="cuda")
for _ in range(20):
    x.grad = None
    (F.interpolate(x, size=(257, 257), mode="bilinear") * weights).sum().backward()
    print(x.grad.flatten()[::97].tolist())
#- good
import torch
import torch.nn.functional as F

torch.manual_seed(0)
torch.use_deterministic_algorithms(True)
x = torch.randn(8, 16, 33, 33, device="cuda", requires_grad=True)
weights = torch.randn(8, 16, 257, 257, device="cuda")
for _ in range(20):
    x.grad = None
    (F.interpolate(x, size=(257, 257), mode="bilinear") * weights).sum().backward()
    print(x.grad.flatten()[::97].tolist())
