"""Reproduces Table 2 of the paper (mixup on a small residual network).

All random seeds are fixed, so this script gives exactly the numbers of the table.
"""

import argparse
import os
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset


def set_seed(seed):
    """Makes everything reproducible."""
    random.seed(seed)
    os.environ["PYTHONHASHSEED"] = str(seed)
    torch.manual_seed(seed)
    torch.cuda.manual_seed_all(seed)
    torch.backends.cudnn.deterministic = True
    if torch.cuda.is_available():
        torch.use_deterministic_algorithms()


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels)
        self.norm2 = nn.BatchNorm2d(channels)

    def forward(self, x):
        y = F.relu(self.norm1(self.conv1(x)))
        return F.relu(x + self.norm2(self.conv2(y)))


class ResNet(nn.Module):
    def __init__(self, num_classes=4, width=16, depth=2):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, padding=1)
        self.blocks = nn.Sequential(*[Residual(width) for _ in range(depth)])
        self.head = nn.Linear(width, num_classes)

    def forward(self, x):
        x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        x = self.blocks(F.max_pool2d(self.stem(x), 2))
        return self.head(F.adaptive_avg_pool2d(x, 1).flatten(1))


def make_data(count, num_classes=4, size=12):
    """Coloured gradients: the class is the direction and the dominant colour."""
    ramp = torch.linspace(-1, 1, size)
    directions = torch.stack([ramp.expand(size, size), ramp.expand(size, size).t()])
    labels = torch.arange(count) % num_classes
    images = 0.6 * torch.randn(count, 3, size, size)
    for image, label in zip(images, labels):
        image[int(label) % 3] += directions[int(label) // 2]
    return TensorDataset(images, labels)


def mixup(images, labels, alpha):
    """Mixes every image of the batch with another one."""
    share = np.random.beta(alpha, alpha)
    order = list(range(len(images)))
    random.shuffle(order)
    return share * images + (1 - share) * images[order], labels, labels[order], share


def train_epoch(model, loader, optimizer, device, alpha):
    model.train()
    total = 0.0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        images, first, second, share = mixup(images, labels, alpha)
        logits = model(images)
        loss = share * F.cross_entropy(logits, first) + (1 - share) * F.cross_entropy(logits, second)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
    return total / len(loader.dataset)


@torch.no_grad()
def accuracy(model, loader, device):
    model.eval()
    hits = sum((model(images.to(device)).argmax(1).cpu() == labels).sum().item() for images, labels in loader)
    return hits / len(loader.dataset)


def get_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=2021)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--alpha", type=float, default=0.4)
    parser.add_argument("--batch-size", type=int, default=32)
    return parser.parse_args()


def main():
    args = get_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.backends.cudnn.benchmark = True

    model = ResNet().to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)

    set_seed(args.seed)
    train_loader = DataLoader(make_data(256), batch_size=args.batch_size, shuffle=True, drop_last=True)
    test_loader = DataLoader(make_data(128), batch_size=args.batch_size)

    for epoch in range(args.epochs):
        loss = train_epoch(model, train_loader, optimizer, device, args.alpha)
        print(f"epoch {epoch}: loss {loss:.6f}, test accuracy {accuracy(model, test_loader, device):.4f}")


if __name__ == "__main__":
    main()
