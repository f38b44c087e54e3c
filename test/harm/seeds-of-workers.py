import os
import random
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

import numpy as np
import torch


def draw(number):
    time.sleep(os.urandom(1)[0] / 5000)
    rng = random.Random(number)
    return rng.random()


results = []
with ThreadPoolExecutor(2) as pool:
    futures = [pool.submit(draw, i) for i in range(4)]
    for future in as_completed(futures):
        results.append(future.result())
print('results', results)
seed = np.random.randint(1000)
torch.manual_seed(seed)
print('torch', torch.rand(2).tolist())
