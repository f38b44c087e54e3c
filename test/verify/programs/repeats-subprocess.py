import subprocess
import sys

import torch

torch.manual_seed(0)
code = "import torch; torch.manual_seed(1); print(torch.rand(1).item())"
value = float(subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=True).stdout)
print((torch.randn(3) * value).sum().item())
