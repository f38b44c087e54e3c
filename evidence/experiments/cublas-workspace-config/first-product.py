# {"claim": "Before torch 2.10 the first matrix product on CUDA raises under the flag, unless the variable is exactly :4096:8 or :16:8 by then.", "needs": ["cuda", "torch<2.10"]}
#- holds
import os
import subprocess
import sys

PROGRAM = """
import os
import torch
{before}
torch.use_deterministic_algorithms(True)
{after}
a = torch.ones(2, 2, device="cuda")
print((a @ a).sum().item())
"""


def run(value=None, before="", after=""):
    environment = {key: each for key, each in os.environ.items() if key != "CUBLAS_WORKSPACE_CONFIG"}
    if value is not None:
        environment["CUBLAS_WORKSPACE_CONFIG"] = value
    program = PROGRAM.format(before=before, after=after)
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, encoding="utf-8")
    return "8.0" in done.stdout, done.stderr


SET = "os.environ['CUBLAS_WORKSPACE_CONFIG'] = ':4096:8'"
PRODUCT = "torch.ones(2, 2, device='cuda') @ torch.ones(2, 2, device='cuda')"
for value in (None, ":4096:2", "4096:8", ":16:8:extra"):
    works, error = run(value)
    assert not works and "CUBLAS_WORKSPACE_CONFIG" in error, (value, error)
for value in (":4096:8", ":16:8"):
    works, error = run(value)
    assert works, (value, error)
works, error = run(after=SET)
assert works, error
works, error = run(before=PRODUCT + "\n" + SET)
assert not works and "CUBLAS_WORKSPACE_CONFIG" in error, error
