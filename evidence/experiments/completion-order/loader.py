# {"claim": "A DataLoader with `in_order=False` gives batches as its workers finish them; in order it gives the same sequence.", "needs": ["torch>=2.10"]}
#- bad
import time

import torch
from torch.utils.data import DataLoader, Dataset


class Slow(Dataset):
    def __len__(self):
        return 40

    def __getitem__(self, i):
        time.sleep((time.time_ns() // 1000 % 7) / 100)
        return i


if __name__ == "__main__":
    torch.manual_seed(0)
    print([batch.tolist() for batch in DataLoader(Slow(), batch_size=2, num_workers=4, in_order=False)])
#- good
import time

import torch
from torch.utils.data import DataLoader, Dataset


class Slow(Dataset):
    def __len__(self):
        return 40

    def __getitem__(self, i):
        time.sleep((time.time_ns() // 1000 % 7) / 100)
        return i


if __name__ == "__main__":
    torch.manual_seed(0)
    print([batch.tolist() for batch in DataLoader(Slow(), batch_size=2, num_workers=4)])
