# {"claim": "Samples that are appended as threads finish are split otherwise in every run, whatever the seed; taken in the order of submission they are not."}
#- bad
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

import torch
from torch.utils.data import random_split


def load(i):
    time.sleep((time.time_ns() // 1000 % 7) / 500)
    return i


torch.manual_seed(0)
with ThreadPoolExecutor(8) as pool:
    jobs = [pool.submit(load, i) for i in range(64)]
    samples = [job.result() for job in as_completed(jobs)]
train, test = random_split(samples, [48, 16])
print(list(test))
#- good
import time
from concurrent.futures import ThreadPoolExecutor

import torch
from torch.utils.data import random_split


def load(i):
    time.sleep((time.time_ns() // 1000 % 7) / 500)
    return i


torch.manual_seed(0)
with ThreadPoolExecutor(8) as pool:
    jobs = [pool.submit(load, i) for i in range(64)]
    samples = [job.result() for job in jobs]
train, test = random_split(samples, [48, 16])
print(list(test))
