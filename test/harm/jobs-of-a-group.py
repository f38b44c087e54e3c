import numpy as np
import torch
from joblib import Parallel, delayed

torch.manual_seed(7)
np.random.seed(7)


def work(number):
    return np.random.rand(3).tolist()


if __name__ == '__main__':
    for drawn in Parallel(n_jobs=2)(delayed(work)(number) for number in range(3)):
        print('differ drawn', drawn)
    print('last', torch.rand(1).item())
