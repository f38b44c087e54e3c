import os
import random
from concurrent.futures import ThreadPoolExecutor

import torch

if __name__ == "__main__":
    with ThreadPoolExecutor(2) as pool:
        names = [pool.submit(os.urandom, 8) for _ in range(3000)]
        total = torch.ones(1) * random.SystemRandom().random()  # parts: entropy
    print(total)
