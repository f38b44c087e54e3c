"""A variational autoencoder on points, with its data in a Dataset of its own."""
import random

import numpy as np
import torch
from torch import nn, optim
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

SEED = 7
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)


class Points(Dataset):
    def __init__(self, count):
        self.points = np.random.rand(count, 12).astype(np.float32)

    def __len__(self):
        return len(self.points)

    def __getitem__(self, index):
        point = torch.from_numpy(self.points[index])
        if random.random() < 0.5:
            point = point.flip(0)
        return point


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Linear(12, 16)
        self.mean = nn.Linear(16, 3)
        self.spread = nn.Linear(16, 3)
        self.decode = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 12))

    def forward(self, x):
        hidden = F.relu(self.encode(x))
        mean = self.mean(hidden)
        spread = self.spread(hidden)
        noise = torch.randn_like(spread)
        latent = mean + noise * torch.exp(0.5 * spread)
        return self.decode(latent), mean, spread


def loss_of(reconstructed, x, mean, spread):
    error = F.mse_loss(reconstructed, x, reduction="sum")
    gap = -0.5 * torch.sum(1 + spread - mean.pow(2) - spread.exp())
    return error + gap


model = VAE()
loader = DataLoader(Points(48), batch_size=12, shuffle=True)
optimizer = optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(2):
    total = 0
    for batch in loader:
        optimizer.zero_grad()
        reconstructed, mean, spread = model(batch)
        loss = loss_of(reconstructed, batch, mean, spread)
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"epoch {epoch}: {total / 48:.5f}")
