"""Seeds."""
import os
import random

import torch

__all__ = ["set_seed", "seed_worker"]


def set_seed(seed: int) -> None:
    os.environ["PYTHONHASHSEED"] = str(seed)
    #^^^^^^^^^^^^^^^^^^^^^^^^^^^ ineffective-hash-seed hint
    random.seed(seed)
    torch.manual_seed(seed)


def seed_worker(worker_id: int) -> None:
    worker_seed = torch.initial_seed() % 2**32
    random.seed(worker_seed)
