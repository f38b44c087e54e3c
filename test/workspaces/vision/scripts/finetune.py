"""Trains the head once more."""
import sys

import torch
from torch import nn

from shapes import ShapeNet
from utils.checkpoint import load_weights


def main():
    torch.cuda.manual_seed(3)
    #^^^^^^^^^^^^^^^^^^^^^ cuda-only-seed warning
    model = load_weights(ShapeNet(classes=4), sys.argv[1])
    model.head = nn.Linear(32, 7)
    print(sum(parameter.numel() for parameter in model.parameters()))


if __name__ == "__main__":
    main()
