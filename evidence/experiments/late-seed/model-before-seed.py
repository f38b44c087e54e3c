# {"claim": "A seed does not reach the weights that were drawn before it."}
#- bad
import torch

model = torch.nn.Linear(4, 1)
torch.manual_seed(0)
print(model(torch.randn(2, 4)).tolist())
#- good
import torch

torch.manual_seed(0)
model = torch.nn.Linear(4, 1)
print(model(torch.randn(2, 4)).tolist())
