# {"claim": "Initial weights are drawn from torch; unseeded, they differ from run to run."}
#- bad
import torch

print(torch.nn.Linear(4, 4).weight.sum().item())
#- good
import torch

torch.manual_seed(0)
print(torch.nn.Linear(4, 4).weight.sum().item())
