"""Words by number."""
from collections import Counter

import torch
from torch.utils.data import Dataset


def build_vocabulary(texts, size=10_000):
    counts = Counter(word for text in texts for word in text.split())
    words = [word for word, _ in counts.most_common(size)]
    return {word: i + 1 for i, word in enumerate(words)}


def stop_words(texts):
    shared = set(texts[0].split())
    for text in texts[1:]:
        shared &= set(text.split())
    with open("stop.txt", "w", encoding="utf-8") as file:
        for word in shared:
        #           ^^^^^^ set-order warning
            file.write(word + "\n")


class TextDataset(Dataset):
    def __init__(self, texts, vocabulary, length=32):
        self.texts = texts
        self.vocabulary = vocabulary
        self.length = length

    def __len__(self):
        return len(self.texts)

    def __getitem__(self, index):
        label, _, text = self.texts[index].partition("\t")
        numbers = [self.vocabulary.get(word, 0) for word in text.split()][: self.length]
        return torch.tensor(numbers + [0] * (self.length - len(numbers))), int(label)
