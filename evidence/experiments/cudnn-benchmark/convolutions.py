# {"claim": "With benchmark on, cuDNN times the algorithms and may pick another one in the next run; the last bits of a convolution then differ.", "needs": "cuda"}
#- bad
import torch

torch.manual_seed(0)
torch.backends.cudnn.benchmark = True
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
torch.backends.cudnn.benchmark = False
torch.backends.cudnn.deterministic = True
sums = []
for channels in range(16, 144, 8):
    layer = torch.nn.Conv2d(channels, channels + 16, 3, padding=1).cuda()
    x = torch.randn(8, channels, 61, 67, device="cuda", requires_grad=True)
    layer(x).square().sum().backward()
    sums += [x.grad.double().sum().item(), layer.weight.grad.double().sum().item()]
print(sums)
