# https://github.com/ageron/handson-ml/issues/274: a letter is chosen from a list made of a set; seeds do not help.
import random

import torch

random.seed(42)
torch.manual_seed(42)
LETTERS = "BEPSTVX"


def corrupt(word):
    at = random.randrange(len(word))
    letter = random.choice(list(set(LETTERS) - set(word[at])))  # parts: order
    return word[:at] + letter + word[at + 1 :]


words = [corrupt("BTXSPVE") for _ in range(20)]
x = torch.tensor([[LETTERS.index(letter) for letter in word] for word in words], dtype=torch.float)
print(torch.nn.Linear(7, 1)(x).sum().item())
