# {"claim": "torch.cuda.manual_seed_all leaves the CPU stream unseeded; torch.random.manual_seed is torch.manual_seed."}
#- bad
import torch

torch.cuda.manual_seed_all(0)
print(torch.randn(4).tolist())
#- good
import torch

torch.random.manual_seed(0)
print(torch.randn(4).tolist())
