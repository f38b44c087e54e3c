# {"claim": "An assignment to torch.manual_seed overwrites the function and seeds nothing."}
#- bad
import torch

torch.manual_seed = 0
print(torch.nn.Linear(4, 4).weight.sum().item())
#- good
import torch

torch.manual_seed(0)
print(torch.nn.Linear(4, 4).weight.sum().item())
