# {"claim": "A forked child reseeds Python's random from entropy, whatever the parent seeded; numpy and torch it inherits."}
#- bad
import multiprocessing
import random


def draw():
    print(random.random(), flush=True)


random.seed(0)
child = multiprocessing.get_context("fork").Process(target=draw)
child.start()
child.join()
#- good
import multiprocessing
import random

import numpy as np
import torch


def draw():
    random.seed(0)
    print(random.random(), np.random.rand(), torch.rand(1).item(), flush=True)


random.seed(0)
np.random.seed(0)
torch.manual_seed(0)
child = multiprocessing.get_context("fork").Process(target=draw)
child.start()
child.join()
