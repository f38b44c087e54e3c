"""The experiment of three years ago, on the torch of that time."""
import random

import numpy as np
import torch
from torch.utils.data import DataLoader

from old_data import OldShapes


def main(workers=4):
    random.seed(1)
    np.random.seed(1)
    torch.manual_seed(1)
    loader = DataLoader(OldShapes("shapes.npy"), batch_size=32, num_workers=workers)
    #                                                           ^^^^^^^^^^^^^^^^^^^ unseeded-workers warning
    weights = torch.nn.Linear(32, 4)
    for batch in loader:
        print(weights(batch).mean().item())


if __name__ == "__main__":
    main()
