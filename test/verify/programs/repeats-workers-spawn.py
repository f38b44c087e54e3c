import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


def train(model, loader, rate=0.01):
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)
    for x, y in loader:
        optimizer.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        optimizer.step()
    return loss.item()


class Fixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.full((8, 1), 0.5))

    def forward(self, x):
        return x @ self.weight


class Noisy(Dataset):
    def __len__(self):
        return 32

    def __getitem__(self, index):
        x = torch.ones(8) + torch.rand(8)
        return x, torch.zeros(1)


if __name__ == "__main__":
    torch.manual_seed(0)
    print(train(Fixed(), DataLoader(Noisy(), batch_size=8, num_workers=2, shuffle=True, multiprocessing_context="spawn", persistent_workers=True)))
