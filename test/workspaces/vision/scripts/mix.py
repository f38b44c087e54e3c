"""Shows mixed pictures. The namespace package draws from numpy and torch, which are seeded here."""
import numpy as np
import torch

from plugins.augment.erase import erase
from plugins.augment.mix import mixup
from plugins.augment.warp import soften


def main():
    np.random.seed(5)
    torch.manual_seed(5)
    pictures, labels = torch.rand(4, 3, 32, 32), torch.arange(4)
    mixed, *_ = mixup(pictures, labels)
    print(erase(soften(mixed)).sum())


if __name__ == "__main__":
    main()
