# {"claim": "A new torch.Generator starts from a constant."}
#- good
import torch

print(torch.rand(4, generator=torch.Generator()).tolist())
