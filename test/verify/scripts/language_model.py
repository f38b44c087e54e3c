"""Characters by a recurrent network, trained on a text made up here."""
import math
import random

import numpy as np
import torch
from torch import nn


def set_seed(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


class CharModel(nn.Module):
    def __init__(self, vocabulary, width=16):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.rnn = nn.GRU(width, width, batch_first=True)
        self.head = nn.Linear(width, vocabulary)

    def forward(self, tokens, state=None):
        hidden = self.embed(tokens)
        hidden, state = self.rnn(hidden, state)
        logits = self.head(hidden)
        return logits, state


def make_text(length):
    words = ["seed", "draw", "train", "batch", "epoch"]
    return " ".join(random.choice(words) for _ in range(length))


def get_batch(data, size, context):
    starts = np.random.randint(0, len(data) - context - 1, size)
    inputs = torch.stack([data[start : start + context] for start in starts])
    targets = torch.stack([data[start + 1 : start + context + 1] for start in starts])
    return inputs, targets


@torch.no_grad()
def sample(model, length):
    token = torch.zeros(1, 1, dtype=torch.long)
    state = None
    out = []
    for _ in range(length):
        logits, state = model(token, state)
        weights = torch.softmax(logits[:, -1], dim=-1)
        token = torch.multinomial(weights, 1)
        out.append(token.item())
    return out


def run():
    set_seed(1337)
    text = make_text(60)
    letters = sorted(set(text))
    table = {letter: index for index, letter in enumerate(letters)}
    data = torch.tensor([table[letter] for letter in text])
    model = CharModel(len(letters))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for step in range(4):
        inputs, targets = get_batch(data, 8, 12)
        logits, _ = model(inputs)
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(step, loss.item(), math.exp(loss.item()))
    print(sample(model, 8))


if __name__ == "__main__":
    run()
