# {"claim": "torch.manual_seed and numpy.random.seed do not reach Python's random."}
#- bad
import random

import numpy as np
import torch

torch.manual_seed(0)
np.random.seed(0)
print(random.sample(range(1000), 8))
#- good
import random

import numpy as np
import torch

torch.manual_seed(0)
np.random.seed(0)
random.seed(0)
print(random.sample(range(1000), 8))
