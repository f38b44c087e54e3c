# {"claim": "The seed() of a torch.Generator takes entropy; manual_seed does not."}
#- bad
import torch

g = torch.Generator()
g.seed()
print(torch.rand(4, generator=g).tolist())
#- good
import torch

g = torch.Generator()
g.manual_seed(0)
print(torch.rand(4, generator=g).tolist())
