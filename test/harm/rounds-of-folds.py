import numpy as np
import pandas as pd
import torch
from sklearn.model_selection import train_test_split

torch.manual_seed(0)
data = np.arange(40)
for fold in range(3):
    train, test = train_test_split(data, test_size=0.25)
    print('differ split', test.tolist())
for name in ('a', 'b', 'c'):
    order = np.random.default_rng().permutation(40)
    print('differ order', order.tolist())
sample = pd.DataFrame({'x': data}).sample(5)
print('sample', sample['x'].tolist(), torch.rand(1))
