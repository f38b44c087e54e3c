import os
import subprocess
import sys
import tempfile
import zlib

import torch

if len(sys.argv) == 1:
    # The name of the folder is another one each time, and only the child looks at it.
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, __file__, "work"], env=dict(os.environ, JOB=folder), check=True)
else:
    torch.manual_seed(zlib.crc32(os.environ["JOB"].encode()))  # parts: entropy
    print(torch.randn(3).sum().item())
