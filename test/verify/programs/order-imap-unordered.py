import time
from multiprocessing import Pool

import torch


def embed(index):
    time.sleep((time.time_ns() // 1000 % 5) / 300)
    return index * 0.5


if __name__ == "__main__":
    torch.manual_seed(0)
    with Pool(3) as pool:
        rows = list(pool.imap_unordered(embed, range(24)))  # parts: order
    print((torch.tensor(rows) * torch.arange(24)).sum().item())
