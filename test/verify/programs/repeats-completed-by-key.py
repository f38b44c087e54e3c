import time
from concurrent.futures import ThreadPoolExecutor, as_completed

import torch


def load(index):
    time.sleep((time.time_ns() // 1000 % 5) / 1000)
    return float(index)


torch.manual_seed(0)
with ThreadPoolExecutor(4) as pool:
    jobs = {pool.submit(load, index): index for index in range(8)}
    values = {jobs[job]: job.result() for job in as_completed(jobs)}
print((torch.tensor([values[index] for index in range(8)]) * torch.randn(8)).sum().item())
