"""Segment blobs on a textured background with a small encoder and decoder."""

import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

SEED = 1234
EPOCHS = 3
BATCH_SIZE = 16
SIZE = 32

random.seed(SEED)
np.random.seed(SEED)


def make_scene():
    """One picture with a few ellipses, and the mask that says where they are."""
    rows, columns = np.mgrid[0:SIZE, 0:SIZE]
    mask = np.zeros((SIZE, SIZE), dtype=np.int64)
    for _ in range(random.randint(1, 3)):
        y, x = np.random.uniform(6, SIZE - 6, size=2)
        a, b = np.random.uniform(3, 7, size=2)
        mask[((rows - y) / a) ** 2 + ((columns - x) / b) ** 2 < 1] = 1
    texture = np.sin(rows / 3.0) * np.cos(columns / 4.0)
    picture = 0.8 * mask + 0.4 * texture + np.random.normal(0, 0.3, mask.shape)
    return picture.astype(np.float32), mask


def make_dataset(count):
    scenes = [make_scene() for _ in range(count)]
    pictures = torch.from_numpy(np.stack([picture for picture, _ in scenes])).unsqueeze(1)
    masks = torch.from_numpy(np.stack([mask for _, mask in scenes]))
    return TensorDataset(pictures, masks)


class ConvBlock(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReflectionPad2d(1),
            nn.Conv2d(in_channels, out_channels, 3),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
        )

    def forward(self, x):
        return self.layers(x)


class PyramidPooling(nn.Module):
    """Lets every pixel see the scene at several scales."""

    def __init__(self, channels, bins=(1, 4)):
        super().__init__()
        self.bins = bins
        self.mix = nn.Conv2d(channels * (1 + len(bins)), channels, 1)

    def forward(self, x):
        size = x.shape[2:]
        levels = [x]
        for level in self.bins:
            pooled = F.adaptive_avg_pool2d(x, level)
            levels.append(F.interpolate(pooled, size=size, mode="nearest"))
        return F.relu(self.mix(torch.cat(levels, dim=1)))


class SegNet(nn.Module):
    def __init__(self, width=12):
        super().__init__()
        self.down1 = ConvBlock(1, width)
        self.down2 = ConvBlock(width, 2 * width)
        self.context = PyramidPooling(2 * width)
        self.up = ConvBlock(3 * width, width)
        self.head = nn.Conv2d(width, 2, 1)

    def forward(self, x):
        skip = self.down1(x)
        x = self.down2(F.max_pool2d(skip, 2))
        x = self.context(x)
        x = F.interpolate(x, size=skip.shape[2:], mode="bilinear", align_corners=False)
        return self.head(self.up(torch.cat([x, skip], dim=1)))


def mean_iou(logits, masks):
    guess = logits.argmax(dim=1)
    overlap = ((guess == 1) & (masks == 1)).sum().item()
    union = ((guess == 1) | (masks == 1)).sum().item()
    return overlap / max(union, 1)


def train():
    device = "cuda" if torch.cuda.is_available() else "cpu"
    train_loader = DataLoader(make_dataset(160), batch_size=BATCH_SIZE, shuffle=True)
    val_loader = DataLoader(make_dataset(32), batch_size=BATCH_SIZE)

    model = SegNet().to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

    for epoch in range(EPOCHS):
        model.train()
        losses = []
        for pictures, masks in train_loader:
            loss = F.cross_entropy(model(pictures.to(device)), masks.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())

        model.eval()
        with torch.no_grad():
            scores = [mean_iou(model(pictures.to(device)), masks.to(device)) for pictures, masks in val_loader]
        print(f"epoch {epoch + 1}: loss {np.mean(losses):.6f}, IoU {np.mean(scores):.4f}")


if __name__ == "__main__":
    train()
