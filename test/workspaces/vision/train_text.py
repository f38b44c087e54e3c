"""Trains the text model: another entry point, which seeds in its own way."""
import random

import numpy as np
import torch
from torch.utils.data import DataLoader

from text.model import TextModel
from text.tokens import TextDataset, build_vocabulary

SEED = 13


def seed_all(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.cuda.manual_seed_all(seed)
    #^^^^^^^^^^^^^^^^^^^^^^^^^ redundant-cuda-seed hint


def main(path="data/news.txt"):
    with open(path, encoding="utf-8") as lines:
        texts = [line.strip() for line in lines]
    vocabulary = build_vocabulary(texts)
    model = TextModel(len(vocabulary))
    #       ^^^^^^^^^ late-seed warning
    seed_all(SEED)
    torch.backends.cudnn.deterministic = True
    #                                    ^^^^ incomplete-determinism information
    torch.backends.cudnn.benchmark = True
    #                                ^^^^ cudnn-benchmark warning
    generator = torch.Generator().manual_seed(SEED)
    loader = DataLoader(TextDataset(texts, vocabulary), batch_size=16, shuffle=True, generator=generator)
    optimizer = torch.optim.Adam(model.parameters())
    for epoch in range(3):
        for tokens, label in loader:
            loss = model(tokens, label)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


if __name__ == "__main__":
    main()
