"""Train a small image classifier on shapes drawn into noisy pictures.

    python train_classifier.py --epochs 3
"""

import argparse
import random
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset

CLASSES = ["square", "disc", "cross", "stripes"]
SIZE = 24


def load_pictures(count):
    """Stands in for a folder of pictures: the same pictures every time."""
    rng = np.random.default_rng(7)
    rows, columns = np.mgrid[0:SIZE, 0:SIZE]
    pictures = np.zeros((count, SIZE, SIZE), dtype=np.float32)
    labels = rng.integers(0, len(CLASSES), size=count)
    for picture, label in zip(pictures, labels):
        y, x, r = rng.integers(7, SIZE - 7), rng.integers(7, SIZE - 7), rng.integers(3, 6)
        dy, dx = np.abs(rows - y), np.abs(columns - x)
        if label == 0:
            picture[np.maximum(dy, dx) <= r] = 1.0
        elif label == 1:
            picture[dy**2 + dx**2 <= r**2] = 1.0
        elif label == 2:
            picture[(np.minimum(dy, dx) <= 1) & (np.maximum(dy, dx) <= r)] = 1.0
        else:
            picture[(dy <= r) & (dx <= r) & (columns % 3 == 0)] = 1.0
    return pictures, labels


class ShapeDataset(Dataset):
    def __init__(self, pictures, labels, indices, augment=False):
        self.pictures = pictures
        self.labels = labels
        self.indices = indices
        self.augment = augment

    def __len__(self):
        return len(self.indices)

    def __getitem__(self, item):
        index = self.indices[item]
        picture = self.pictures[index]
        if self.augment:
            picture = np.roll(picture, np.random.randint(-3, 4, size=2), axis=(0, 1))
            if np.random.rand() < 0.5:
                picture = np.fliplr(picture)
            picture = picture + np.random.normal(0.0, 0.3, size=picture.shape)
        return torch.from_numpy(picture.astype(np.float32).copy()).unsqueeze(0), int(self.labels[index])


class ShapeNet(nn.Module):
    def __init__(self, num_classes, width=16):
        super().__init__()
        self.conv1 = nn.Conv2d(1, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, 2 * width, 3, padding=1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(0.2)
        self.head = nn.Linear(2 * width, num_classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = self.pool(x).flatten(1)
        return self.head(self.dropout(x))


def train_one_epoch(model, loader, optimizer, device):
    model.train()
    total = 0.0
    for pictures, labels in loader:
        pictures, labels = pictures.to(device), labels.to(device)
        loss = F.cross_entropy(model(pictures), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
    return total / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, device):
    model.eval()
    correct = 0
    for pictures, labels in loader:
        correct += (model(pictures.to(device)).argmax(1).cpu() == labels).sum().item()
    return correct / len(loader.dataset)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--lr", type=float, default=1e-2)
    args = parser.parse_args()

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    pictures, labels = load_pictures(480)
    indices = list(range(len(pictures)))
    random.shuffle(indices)
    train_set = ShapeDataset(pictures, labels, indices[:384], augment=True)
    val_set = ShapeDataset(pictures, labels, indices[384:])

    train_loader = DataLoader(
        train_set,
        batch_size=args.batch_size,
        shuffle=True,
        num_workers=2,
    )
    val_loader = DataLoader(val_set, batch_size=args.batch_size, num_workers=2)

    model = ShapeNet(len(CLASSES)).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)

    start = time.time()
    for epoch in range(1, args.epochs + 1):
        loss = train_one_epoch(model, train_loader, optimizer, device)
        accuracy = evaluate(model, val_loader, device)
        print(f"epoch {epoch}  loss {loss:.6f}  accuracy {accuracy:.4f}")
    if time.time() - start > 600:
        print("That took more than ten minutes.")


if __name__ == "__main__":
    main()
