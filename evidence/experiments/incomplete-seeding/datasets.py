# {"claim": "Dataset.shuffle and train_test_split take their seed from numpy's global generator where they get none.", "needs": "datasets"}
#- bad
import random

import torch
from datasets import Dataset

random.seed(0)
torch.manual_seed(0)
rows = Dataset.from_dict({"a": list(range(1000))})
print(rows.shuffle()["a"][:5], rows.train_test_split(test_size=0.5)["train"]["a"][:5])
#- good
import numpy as np
from datasets import Dataset

np.random.seed(0)
rows = Dataset.from_dict({"a": list(range(1000))})
print(rows.shuffle()["a"][:5], rows.train_test_split(test_size=0.5)["train"]["a"][:5])
