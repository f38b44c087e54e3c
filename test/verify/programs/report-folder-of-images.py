# https://github.com/pytorch/vision/issues/192: the samples stand in the order of `os.listdir`, which machines do not share.
import os

import torch
from torch.utils.data import DataLoader, Dataset


class Folder(Dataset):
    def __init__(self, root):
        self.samples = []
        for label, kind in enumerate(sorted(os.listdir(root))):
            for name in os.listdir(os.path.join(root, kind)):  # parts: order
                self.samples.append((os.path.join(root, kind, name), label))

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        path, label = self.samples[index]
        with open(path) as file:
            return torch.full((2,), float(file.read())), label


for kind in ("cats", "dogs"):
    os.makedirs(f"images/{kind}", exist_ok=True)
    for index in range(4):
        with open(f"images/{kind}/{index}.txt", "w") as file:
            file.write(str(index))
torch.manual_seed(0)
net = torch.nn.Linear(2, 2)
for x, label in DataLoader(Folder("images"), batch_size=3, shuffle=True):
    print(torch.nn.functional.cross_entropy(net(x), label).item())
