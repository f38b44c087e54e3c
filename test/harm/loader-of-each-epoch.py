#- train.py
import torch

import loop
from data import Data, loaders_of, make_loader

torch.manual_seed(0)
model = torch.nn.Linear(1, 1)


def main():
    for epoch in range(3):
        print('differ called', [x.item() for (x,) in make_loader()])
    loop.fit(make_loader)
    for epoch in loaders_of():
        print('differ method', [x.item() for (x,) in epoch])
    data = Data()
    loop.fit(data.loader)


if __name__ == '__main__':
    main()
#- loop.py
def fit(make, epochs=3):
    for epoch in range(epochs):
        print('differ handed', [x.item() for (x,) in make()])
#- data.py
import torch
from torch.utils.data import DataLoader, RandomSampler, TensorDataset


def numbers():
    return TensorDataset(torch.arange(24.0).reshape(24, 1))


def make_loader():
    return DataLoader(numbers(), shuffle=True)


def sampled():
    data = numbers()
    return DataLoader(data, sampler=RandomSampler(data))


class Data:
    def loader(self):
        return DataLoader(numbers(), shuffle=True)


def loaders_of(epochs=3):
    data = Data()
    return (data.loader() for _ in range(epochs))
