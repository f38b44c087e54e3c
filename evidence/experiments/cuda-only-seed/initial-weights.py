# {"claim": "torch.cuda.manual_seed seeds no initial weights, which are drawn on the CPU."}
#- bad
import torch

torch.cuda.manual_seed(0)
torch.cuda.manual_seed_all(0)
print(torch.nn.Linear(4, 4).weight.sum().item())
#- good
import torch

torch.manual_seed(0)
print(torch.nn.Linear(4, 4).weight.sum().item())
