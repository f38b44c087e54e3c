"""Nobody runs or imports this; it is here for later."""
import random

import numpy as np
import torch


def salt(picture, share=0.01):
    rng = np.random.default_rng()
    #     ^^^^^^^^^^^^^^^^^^^^^ unseeded-generator information
    return np.where(rng.random(picture.shape) < share, 1, picture)


def pepper(picture, share=0.01):
    return np.where(np.random.rand(*picture.shape) < share, 0, picture)


def drop_some(items):
    return [item for item in items if random.random() > 0.1]


def noise_like(picture, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(picture.shape, generator=generator)
