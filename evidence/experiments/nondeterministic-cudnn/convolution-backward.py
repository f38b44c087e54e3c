# {"claim": "With cudnn.deterministic off, the backward of a convolution may add in any order; with it on, two runs agree.", "needs": "cuda"}
#- bad
import torch

torch.manual_seed(0)
torch.backends.cudnn.deterministic = False
sums = []
for channels in range(16, 144, 8):
    layer = torch.nn.Conv2d(channels, channels + 16, 3, padding=1).cuda()
    x = torch.randn(8, channels, 61, 67, device="cuda", requires_grad=True)
    layer(x).square().sum().backward()
    sums += [x.grad.double().sum().item(), layer.weight.grad.double().sum().item()]
print(sums)
#- good
import torch

torch.manual_seed(0)
torch.backends.cudnn.deterministic = True
sums = []
for channels in range(16, 144, 8):
    layer = torch.nn.Conv2d(channels, channels + 16, 3, padding=1).cuda()
    x = torch.randn(8, channels, 61, 67, device="cuda", requires_grad=True)
    layer(x).square().sum().backward()
    sums += [x.grad.double().sum().item(), layer.weight.grad.double().sum().item()]
print(sums)
