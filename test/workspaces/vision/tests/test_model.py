import random

import numpy as np
import torch

from shapes import ShapeNet
from train import main  # noqa: F401


def test_shape(picture):
    assert ShapeNet(classes=random.randint(2, 9))(picture).dim() == 2


def test_noise():
    assert np.random.rand(3).shape == (3,)
    assert torch.nn.Linear(2, 2)(torch.rand(1, 2)).shape == (1, 2)


if __name__ == "__main__":
    test_noise()
