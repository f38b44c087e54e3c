import torch

torch.manual_seed(0)
out = torch.empty(8, 4)
for row in range(8):
    out[row] = torch.randn(4)
other = torch.empty(3).normal_()
torch.mul(other, 2, out=other)
print(out.sum().item(), other.sum().item(), torch.empty(5).shape)
