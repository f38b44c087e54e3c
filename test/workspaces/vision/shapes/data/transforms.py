"""Augmentations. They run in the workers of a DataLoader, which seeds them."""
import random

import numpy as np


class Compose:
    def __init__(self, steps):
        self.steps = steps

    def __call__(self, picture):
        for step in self.steps:
            picture = step(picture)
        return picture


def flip(picture):
    return picture[:, ::-1].copy() if random.random() < 0.5 else picture


def jitter(picture, amount=0.1):
    return np.clip(picture + np.random.uniform(-amount, amount), 0, 1).astype(np.float32)
