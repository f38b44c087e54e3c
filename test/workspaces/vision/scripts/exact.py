"""Wants the same bits, and says so."""
import random

import numpy as np
import torch

from shapes import Upsampler, scatter_mean


def main():
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)
    torch.use_deterministic_algorithms(True)
    #^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cublas-workspace-config warning
    torch.backends.cudnn.benchmark = False
    index = torch.randint(0, 8, (128,), device="cuda")
    print(scatter_mean(torch.rand(128, 4, device="cuda"), index, 8).sum())
    print(Upsampler()(torch.rand(1, 3, 32, 32, device="cuda")).mean())


if __name__ == "__main__":
    main()
