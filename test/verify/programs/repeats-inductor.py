import torch

torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Dropout(0.5), torch.nn.ReLU(), torch.nn.Linear(8, 1))
fast = torch.compile(net)
optimizer = torch.optim.SGD(net.parameters(), 0.1)
for _ in range(3):
    loss = fast(torch.randn(4, 4)).pow(2).mean()
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
print(loss.item())
