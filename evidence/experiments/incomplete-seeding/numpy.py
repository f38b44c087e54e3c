# {"claim": "torch.manual_seed does not reach numpy."}
#- bad
import numpy as np
import torch

torch.manual_seed(0)
print(np.random.permutation(32).tolist())
#- good
import numpy as np
import torch

torch.manual_seed(0)
np.random.seed(0)
print(np.random.permutation(32).tolist())
