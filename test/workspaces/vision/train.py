"""Trains the image classifier."""
import argparse

import torch
from torch import nn, optim
from torch.utils.data import DataLoader, random_split

from shapes import ShapeNet, build_dataset
from shapes.engine import evaluate, train_one_epoch
from utils import set_seed


def parse_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default="data/shapes")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


def main():
    args = parse_args()
    set_seed(args.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    dataset = build_dataset(args.data)
    #         ^^^^^^^^^^^^^ incomplete-seeding warning
    train_set, val_set = random_split(dataset, [0.9, 0.1])
    #                    ^^^^^^^^^^^^ unseeded-split hint
    train_loader = DataLoader(train_set, batch_size=64, shuffle=True, num_workers=args.workers)
    #                                                   ^^^^^^^^^^^^ unseeded-shuffle hint
    val_loader = DataLoader(val_set, batch_size=256)

    model = ShapeNet(classes=4).to(device)
    optimizer = optim.AdamW(model.parameters(), lr=3e-4)
    criterion = nn.CrossEntropyLoss()
    for epoch in range(args.epochs):
        loss = train_one_epoch(model, train_loader, criterion, optimizer, device)
        accuracy = evaluate(model, val_loader, device)
        print(f"epoch {epoch}: loss {loss:.4f}, accuracy {accuracy:.3f}")
    torch.save(model.state_dict(), "shapes.pt")


if __name__ == "__main__":
    main()
