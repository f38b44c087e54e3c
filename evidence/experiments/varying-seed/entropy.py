# {"claim": "Seeds without a value, with None, and torch's seed() take entropy."}
#- bad
import random

import numpy as np
import torch

random.seed(0)
np.random.seed(0)
torch.manual_seed(0)
random.seed()
np.random.seed(None)
torch.seed()
print(random.random(), np.random.rand(), torch.rand(1).item())
#- good
import random

import numpy as np
import torch

random.seed(0)
np.random.seed(0)
torch.manual_seed(0)
print(random.random(), np.random.rand(), torch.rand(1).item())
