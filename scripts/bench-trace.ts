/** What the bench types, and where: a long training script made of common pieces, and a recorded hour of editing it. */

/** One change of the text, as an editor reports it. */
export interface Keystroke {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const HEAD = `"""Trains an image classifier and a segmentation head on one backbone."""
import argparse
import json
import logging
import math
import os
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset, random_split

logger = logging.getLogger(__name__)

IMAGE_SIZE = 224
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)


def seed_everything(seed):
    random.seed(seed)
    torch.manual_seed(seed)
    torch.backends.cudnn.benchmark = True
`;

const PIECES: readonly ((n: number) => string)[] = [
  (n) => `
class ConvBlock${n}(nn.Module):
    """Two convolutions with a skip connection."""

    def __init__(self, in_channels, out_channels, stride=1, dropout=0.${n % 9}):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.dropout = nn.Dropout(dropout)
        self.skip = nn.Identity()
        if stride != 1 or in_channels != out_channels:
            self.skip = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False),
                nn.BatchNorm2d(out_channels),
            )

    def forward(self, x):
        out = F.relu(self.norm1(self.conv1(x)))
        out = self.norm2(self.conv2(self.dropout(out)))
        return F.relu(out + self.skip(x))
`,
  (n) => `
class ShardDataset${n}(Dataset):
    """Reads one shard of preprocessed arrays and augments them."""

    def __init__(self, root, split="train", augment=True):
        self.root = Path(root) / f"shard_${n}" / split
        self.items = [line.split() for line in (self.root / "index.txt").read_text().splitlines()]
        self.augment = augment

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        name, label = self.items[index]
        image = np.load(self.root / name).astype(np.float32) / 255.0
        if self.augment:
            if random.random() < 0.5:
                image = image[:, ::-1].copy()
            image = image + np.random.normal(0.0, 0.0${n % 9}5, image.shape).astype(np.float32)
        image = (image - np.asarray(MEAN, dtype=np.float32)) / np.asarray(STD, dtype=np.float32)
        return torch.from_numpy(image).permute(2, 0, 1), int(label)
`,
  (n) => `
class Decoder${n}(nn.Module):
    """Brings features back to the size of the image."""

    def __init__(self, channels=(512, 256, 128, 64), classes=${n + 2}):
        super().__init__()
        self.reduce = nn.ModuleList(
            nn.Conv2d(before, after, 1) for before, after in zip(channels[:-1], channels[1:])
        )
        self.head = nn.Conv2d(channels[-1], classes, 1)

    def forward(self, features, size):
        x = features[0]
        for layer, skip in zip(self.reduce, features[1:]):
            x = layer(x)
            x = F.interpolate(x, size=skip.shape[-2:], mode="bilinear", align_corners=False) + skip
        return F.interpolate(self.head(x), size=size, mode="bilinear", align_corners=False)
`,
  (n) => `
def confusion_matrix_${n}(predictions, targets, classes):
    """Counts pairs of prediction and target; rows are targets."""
    keep = (targets >= 0) & (targets < classes)
    counts = torch.zeros(classes * classes, dtype=torch.float32, device=targets.device)
    pairs = targets[keep] * classes + predictions[keep]
    counts.index_add_(0, pairs.flatten(), torch.ones_like(pairs, dtype=torch.float32).flatten())
    matrix = counts.reshape(classes, classes)
    union = matrix.sum(0) + matrix.sum(1) - matrix.diag()
    iou = matrix.diag() / union.clamp(min=1)
    return {"iou": iou.mean().item(), "accuracy": (matrix.diag().sum() / matrix.sum()).item()}
`,
  (n) => `
def train_one_epoch_${n}(model, loader, optimizer, scheduler, scaler, device, epoch, args):
    model.train()
    total, correct, seen = 0.0, 0, 0
    started = time.time()
    for step, (images, labels) in enumerate(loader):
        images = images.to(device, non_blocking=True)
        labels = labels.to(device, non_blocking=True)
        with torch.autocast(device_type=device.type, enabled=args.amp):
            logits = model(images)
            loss = F.cross_entropy(logits, labels, label_smoothing=args.smoothing)
        optimizer.zero_grad(set_to_none=True)
        scaler.scale(loss).backward()
        if args.clip > 0:
            scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(model.parameters(), args.clip)
        scaler.step(optimizer)
        scaler.update()
        scheduler.step()
        total += loss.item() * labels.numel()
        correct += (logits.argmax(1) == labels).sum().item()
        seen += labels.numel()
        if step % args.log_every == 0:
            rate = seen / (time.time() - started)
            logger.info("epoch %d step %d loss %.4f rate %.1f", epoch, step, total / seen, rate)
    return {"loss": total / seen, "accuracy": correct / seen}
`,
  (n) => `
@torch.no_grad()
def evaluate_${n}(model, loader, device, classes=${n + 2}):
    model.eval()
    totals = {"loss": 0.0, "correct": 0, "seen": 0}
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
        totals["loss"] += F.cross_entropy(logits, labels, reduction="sum").item()
        totals["correct"] += (logits.argmax(1) == labels).sum().item()
        totals["seen"] += labels.numel()
    return {name: value / max(1, totals["seen"]) for name, value in totals.items()}


def save_checkpoint_${n}(path, model, optimizer, epoch, best):
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch, "best": best}
    temporary = Path(path).with_suffix(".tmp")
    torch.save(state, temporary)
    os.replace(temporary, path)
`,
  (n) => `
class Attention${n}(nn.Module):
    def __init__(self, width, heads=8, dropout=0.1):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.dropout = dropout

    def forward(self, x, mask=None):
        batch, length, width = x.shape
        q, k, v = self.qkv(x).reshape(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(-2, -1)) / math.sqrt(width // self.heads)
        if mask is not None:
            weights = weights.masked_fill(mask == 0, float("-inf"))
        weights = F.dropout(weights.softmax(dim=-1), p=self.dropout, training=self.training)
        return self.out((weights @ v).transpose(1, 2).reshape(batch, length, width))


@dataclass
class Stage${n}:
    width: int = ${64 + n}
    depth: int = 2
    strides: list[int] = field(default_factory=lambda: [2, 1])
`,
];

const TAIL = `
def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="data")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--clip", type=float, default=1.0)
    parser.add_argument("--smoothing", type=float, default=0.1)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--log-every", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--amp", action="store_true")
    return parser.parse_args()


def main():
    args = parse_args()
    logging.basicConfig(level=logging.INFO)
    seed_everything(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    dataset = ShardDataset1(args.data)
    train_set, val_set = random_split(dataset, [len(dataset) - 1000, 1000])
    train_loader = DataLoader(
        train_set,
        batch_size=args.batch_size,
        shuffle=True,
        num_workers=args.workers,
        pin_memory=True,
    )
    val_loader = DataLoader(val_set, batch_size=args.batch_size, num_workers=args.workers)
    model = nn.Sequential(ConvBlock0(3, 64, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, args.lr, total_steps=args.epochs * len(train_loader))
    scaler = torch.amp.GradScaler(enabled=args.amp)
    history, best = [], 0.0
    for epoch in range(args.epochs):
        train = train_one_epoch_4(model, train_loader, optimizer, scheduler, scaler, device, epoch, args)
        val = evaluate_5(model, val_loader, device)
        history.append({"epoch": epoch, **train, "val": val})
        if val["correct"] > best:
            best = val["correct"]
            save_checkpoint_5("best.pt", model, optimizer, epoch, best)
    Path("history.json").write_text(json.dumps(history, indent=2))


if __name__ == "__main__":
    main()
`;

const TYPED_FUNCTION = `
def warm_up(optimizer, steps):
    """Linear up, then flat."""
    def scale(step):
        return min(1.0, (step + 1) / steps)
    return torch.optim.lr_scheduler.LambdaLR(optimizer, scale)

`;

const TYPED_LINES = `    picks = np.random.permutation(len(dataset))[:100]
    extra = DataLoader(val_set, shuffle=True)
`;

const lineCount = (text: string): number => text.split('\n').length;

/** A script of about so many lines. */
export function trainingScript(lines: number): string {
  let text = HEAD;
  for (let n = 0; n < PIECES.length || lineCount(text) + lineCount(TAIL) < lines; n++) {
    text += `\n${PIECES[n % PIECES.length]!(n)}`;
  }
  return `${text}\n${TAIL}`;
}

/**
 * A function is typed in the middle of the file, lines are typed in `main`, a string and a bracket are opened and
 * closed, a misspelt name is deleted and typed again, a block is pasted and deleted, a number near the top is changed.
 */
export function editingTrace(text: string): Keystroke[] {
  const strokes: Keystroke[] = [];
  let current = text;
  const replace = (start: number, end: number, typed: string): void => {
    strokes.push({ start, end, text: typed });
    current = current.slice(0, start) + typed + current.slice(end);
  };
  const type = (at: number, typed: string): void => {
    for (const [index, character] of [...typed].entries()) replace(at + index, at + index, character);
  };
  const erase = (at: number, length: number): void => {
    for (let end = at + length; end > at; end--) replace(end - 1, end, '');
  };

  const middle = current.indexOf('\nclass ', current.length / 2);
  type(middle, TYPED_FUNCTION);
  const inMain = current.indexOf('    optimizer = torch.optim.AdamW');
  type(inMain, TYPED_LINES);
  erase(inMain, 30);
  type(inMain, TYPED_LINES.slice(0, 30));
  const block = PIECES[0]!(99);
  for (let time = 0; time < 10; time++) {
    replace(middle, middle, block);
    replace(middle, middle + block.length, '');
  }
  type(current.indexOf('IMAGE_SIZE = 224'), 'NOTE = """opened and closed"""\nPAIRS = [(1, (2, 3)), {"a": [4]}]\n');
  const size = current.indexOf('IMAGE_SIZE = 224') + 'IMAGE_SIZE = '.length;
  for (let time = 0; time < 10; time++) replace(size, size + 3, String(225 + time));
  return strokes;
}

export const applyStroke = (text: string, { start, end, text: typed }: Keystroke): string =>
  text.slice(0, start) + typed + text.slice(end);
