import torch
from torch import nn

import random
class Stream(torch.utils.data.IterableDataset):
    def __iter__(self):
        for i in range(8):
            yield torch.tensor([i + random.random()])  # parts: worker-stream
if __name__ == "__main__":
    dl = torch.utils.data.DataLoader(Stream(), batch_size=2, num_workers=1)
    print(sum(x.sum() for x in dl).item())
