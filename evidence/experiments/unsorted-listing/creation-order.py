# {"claim": "Two folders with the same files may list them in another order (in memory, that of their creation), and a split with the same seed then differs; sorting first makes them agree."}
#- bad
import os
import random
import tempfile
import time

import torch
from torch.utils.data import random_split

names = [f"{i}.png" for i in range(200)]
# Files arrive in any order, as from an archive or a copy.
random.Random(time.time_ns()).shuffle(names)
memory = "/dev/shm" if os.path.isdir("/dev/shm") else None
folder = tempfile.TemporaryDirectory(dir=memory)
for name in names:
    open(os.path.join(folder.name, name), "w").close()
train, test = random_split(os.listdir(folder.name), [150, 50], generator=torch.Generator().manual_seed(0))
print(list(test))
#- good
import os
import random
import tempfile
import time

import torch
from torch.utils.data import random_split

names = [f"{i}.png" for i in range(200)]
random.Random(time.time_ns()).shuffle(names)
memory = "/dev/shm" if os.path.isdir("/dev/shm") else None
folder = tempfile.TemporaryDirectory(dir=memory)
for name in names:
    open(os.path.join(folder.name, name), "w").close()
train, test = random_split(sorted(os.listdir(folder.name)), [150, 50], generator=torch.Generator().manual_seed(0))
print(list(test))
