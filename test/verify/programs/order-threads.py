import torch

import sys, threading
torch.manual_seed(0)
sys.setswitchinterval(1e-5)
out = []
def work(i):
    for _ in range(30_000):
        pass
    out.append(float(i))
ts = [threading.Thread(target=work, args=(i,)) for i in range(24)]
for t in ts: t.start()  # parts: order
for t in ts: t.join()
x = torch.tensor(out)
print((x * torch.arange(24)).sum().item())
