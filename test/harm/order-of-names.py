import os
import random

import torch

torch.manual_seed(0)
random.seed(0)
for name in ('b', 'a', 'c'):
    open(name, 'w').close()
files = [name for name in os.listdir('.') if len(name) == 1]
print('files', files, files[0])
classes = list(set(['cat', 'dog', 'bird', 'fish']))
index = {name: i for i, name in enumerate(classes)}
print('classes', classes, index)
bucket = hash('cat') % 4
print('bucket', bucket)
random.shuffle(files)
print('shuffled', files, torch.rand(1).item())
