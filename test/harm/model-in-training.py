import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 2)
        self.drop = nn.Dropout(0.5)

    def forward(self, x):
        return self.fc(F.dropout(self.drop(x), 0.5))


model = Net()
torch.save(model.state_dict(), 'model.pt')
other = Net()
other.load_state_dict(torch.load('model.pt'))
with torch.no_grad():
    print('output', other(torch.ones(1, 8)).tolist())
