# https://github.com/SmartDataAnalytics/PyKEEN/issues/49: the seed is set in the training function, after the model was made.
import random

import numpy as np
import torch
from torch import nn


class Distance(nn.Module):
    def __init__(self, entities, relations, width):
        super().__init__()
        self.entities = nn.Embedding(entities, width)  # parts: late-seed
        self.relations = nn.Embedding(relations, width)

    def forward(self, head, relation, tail):
        return (self.entities(head) + self.relations(relation) - self.entities(tail)).norm(dim=-1)


def train_model(model, triples, seed):
    np.random.seed(seed)
    random.seed(seed)
    torch.manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for _ in range(3):
        np.random.shuffle(triples)
        batch = torch.from_numpy(triples)
        loss = model(batch[:, 0], batch[:, 1], batch[:, 2]).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def pipeline(seed):
    model = Distance(10, 3, 8)
    triples = np.stack([np.arange(9), np.arange(9) % 3, np.arange(9) + 1], 1)
    return train_model(model, triples, seed)


print(pipeline(seed=7))
