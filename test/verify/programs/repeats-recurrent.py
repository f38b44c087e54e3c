# What cells of a recurrent network and this loss keep for their backward pass is partly memory as it was.
import torch
from torch import nn

torch.manual_seed(0)
net = nn.LSTM(6, 4, 2, bidirectional=True)
head = nn.Linear(8, 5)
optimizer = torch.optim.Adam([*net.parameters(), *head.parameters()])
for step in range(3):
    junk = [torch.empty(size).fill_(step + 0.5) for size in range(1000, 9000, 500)]
    del junk
    scores = head(net(torch.randn(6, 2, 6))[0]).log_softmax(2)
    loss = nn.functional.ctc_loss(scores, torch.randint(1, 5, (2, 3)), torch.tensor([6, 6]), torch.tensor([3, 2]))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
