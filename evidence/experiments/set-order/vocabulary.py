# {"claim": "A vocabulary numbered in the order of a set of strings differs between two processes, seeds or not."}
#- bad
import random

import torch

random.seed(0)
torch.manual_seed(0)
words = [f"word{i}" for i in range(50)]
index = {word: i for i, word in enumerate(set(words))}
table = torch.nn.Embedding(len(index), 2)
print(table(torch.tensor([index[word] for word in words[:4]])).tolist())
#- good
import random

import torch

random.seed(0)
torch.manual_seed(0)
words = [f"word{i}" for i in range(50)]
index = {word: i for i, word in enumerate(sorted(set(words)))}
table = torch.nn.Embedding(len(index), 2)
print(table(torch.tensor([index[word] for word in words[:4]])).tolist())
