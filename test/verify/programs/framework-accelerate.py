# needs: accelerate
import torch
from accelerate import Accelerator
from torch.utils.data import DataLoader, TensorDataset

accelerator = Accelerator(cpu=True)
data = TensorDataset(torch.arange(32.0).view(32, 1))
net = torch.nn.Linear(1, 1)
with torch.no_grad():
    net.weight.fill_(0.5)
    net.bias.fill_(0)
loader = DataLoader(data, batch_size=8, shuffle=True)
net, optimizer, loader = accelerator.prepare(net, torch.optim.SGD(net.parameters(), 1e-4), loader)  # parts: unseeded-stream
for (x,) in loader:
    loss = net(x).pow(2).mean()
    accelerator.backward(loss)
    optimizer.step()
    optimizer.zero_grad()
print(loss.item())
