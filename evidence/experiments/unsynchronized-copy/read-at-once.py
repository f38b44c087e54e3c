# {"claim": "to('cpu', non_blocking=True) gives pinned memory before the values are in it; after torch.cuda.synchronize() they are.", "needs": "cuda", "error": "values had not arrived"}
#- bad
import torch

torch.manual_seed(0)
x = torch.randn(8192, 8192, device="cuda")
torch.cuda.synchronize()
stale = 0
for _ in range(20):
    y = x @ x
    host = y.to("cpu", non_blocking=True)
    early = host.clone()
    torch.cuda.synchronize()
    stale += int((early != host).sum())
assert stale == 0, "values had not arrived"
#- good
import torch

torch.manual_seed(0)
x = torch.randn(2048, 2048, device="cuda")
y = x @ x
host = y.to("cpu", non_blocking=True)
torch.cuda.synchronize()
assert torch.equal(host, y.cpu())
print(host.is_pinned())
