# {"claim": "unpooling raises under the strict flag, on the CPU too; switched off around the call, or with warn_only, it runs", "error": "or you can use the 'warn_only=True' option, if that's acceptable for your application. You can also file an issue at https://github.com/pytorch/pytorch/issues to help us prioritize adding deterministic support for this operation."}
#- bad
import torch
import torch.nn.functional as F

torch.use_deterministic_algorithms(True)
values, where = F.max_pool2d(torch.arange(16.0).view(1, 1, 4, 4), 2, return_indices=True)
print(F.max_unpool2d(values, where, 2))
#- good
import torch
import torch.nn.functional as F

torch.use_deterministic_algorithms(True)
values, where = F.max_pool2d(torch.arange(16.0).view(1, 1, 4, 4), 2, return_indices=True)
torch.use_deterministic_algorithms(False)
print(F.max_unpool2d(values, where, 2))
torch.use_deterministic_algorithms(True, warn_only=True)
print(F.max_unpool2d(values, where, 2))
