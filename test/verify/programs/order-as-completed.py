import time
from concurrent.futures import ThreadPoolExecutor, as_completed

import torch


def load(index):
    time.sleep((time.time_ns() // 1000 % 7) / 500)
    return float(index)


torch.manual_seed(0)
with ThreadPoolExecutor(4) as pool:
    jobs = [pool.submit(load, index) for index in range(16)]
    values = [job.result() for job in as_completed(jobs)]  # parts: order
print((torch.tensor(values) * torch.arange(16)).sum().item())
