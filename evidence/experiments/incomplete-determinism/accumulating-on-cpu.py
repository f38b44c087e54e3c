# {"claim": "With cudnn.deterministic alone, an accumulating operation on several threads adds in any order; use_deterministic_algorithms(True) gives one order.", "needs": "threads"}
#- bad
import torch

torch.manual_seed(0)
torch.backends.cudnn.deterministic = True
sums = []
for _ in range(100):
    index, values = torch.randint(0, 7, (200_000,)), torch.randn(200_000)
    sums.append(torch.zeros(7).index_put_((index,), values, accumulate=True).tolist())
print(sums)
#- good
import torch

torch.manual_seed(0)
torch.backends.cudnn.deterministic = True
torch.use_deterministic_algorithms(True)
sums = []
for _ in range(100):
    index, values = torch.randint(0, 7, (200_000,)), torch.randn(200_000)
    sums.append(torch.zeros(7).index_put_((index,), values, accumulate=True).tolist())
print(sums)
