"""A bag of words, and what it means."""
import torch.nn.functional as F
from torch import nn


class TextModel(nn.Module):
    def __init__(self, words, width=64, classes=4):
        super().__init__()
        self.words = nn.Embedding(words, width)
        self.head = nn.Linear(width, classes)

    def forward(self, tokens, label=None):
        mean = self.words(tokens).mean(dim=1)
        scores = self.head(F.dropout(mean, 0.1, training=self.training))
        return scores if label is None else F.cross_entropy(scores, label)
