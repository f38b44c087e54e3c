# {"claim": "`imap_unordered` gives rows as processes finish; `imap` gives the same rows in the order of its argument."}
#- bad
import time
from multiprocessing import Barrier, Pool

import torch


def embed(i):
    time.sleep((time.time_ns() // 1000 % 5) / 500)
    return i, i * 0.5


if __name__ == "__main__":
    # All three are there before the first row is taken, however busy the machine is.
    with Pool(3, initializer=Barrier(3).wait) as pool:
        rows = list(pool.imap_unordered(embed, range(48)))
    print(torch.tensor(rows).tolist())
#- good
import time
from multiprocessing import Barrier, Pool

import torch


def embed(i):
    time.sleep((time.time_ns() // 1000 % 5) / 500)
    return i, i * 0.5


if __name__ == "__main__":
    # All three are there before the first row is taken, however busy the machine is.
    with Pool(3, initializer=Barrier(3).wait) as pool:
        rows = list(pool.imap(embed, range(48)))
    print(torch.tensor(rows).tolist())
