# {"claim": "cudnn.deterministic does not reach index_add_ on CUDA; use_deterministic_algorithms(True) does.", "needs": "cuda"}
#- bad
import torch

torch.manual_seed(0)
torch.backends.cudnn.deterministic = True
sums = []
for _ in range(20):
    index, values = torch.randint(0, 7, (200_000,)).cuda(), torch.randn(200_000).cuda()
    sums.append(torch.zeros(7, device="cuda").index_add_(0, index, values).tolist())
print(sums)
#- good
import torch

torch.manual_seed(0)
torch.backends.cudnn.deterministic = True
torch.use_deterministic_algorithms(True)
sums = []
for _ in range(20):
    index, values = torch.randint(0, 7, (200_000,)).cuda(), torch.randn(200_000).cuda()
    sums.append(torch.zeros(7, device="cuda").index_add_(0, index, values).tolist())
print(sums)
