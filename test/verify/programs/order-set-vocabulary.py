import torch
from torch import nn

torch.manual_seed(0)
text = "the quick brown fox jumps over the lazy dog and runs away from it".split()
vocabulary = {word: index for index, word in enumerate(set(text))}  # parts: order
embedding = nn.Embedding(len(vocabulary), 4)
ids = torch.tensor([vocabulary[word] for word in text])
print((embedding(ids) * torch.arange(4)).sum().item())
