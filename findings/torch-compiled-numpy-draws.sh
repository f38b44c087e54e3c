#!/usr/bin/env bash
# torch 2.13.0, numpy 2.4.6: in a function that `torch.compile` compiles, `np.random.rand(4)` follows torch's generator. NumPy's
# seed changes nothing any more and torch's does; the same function run as it is does the reverse, and nothing is said. The
# default of `torch._dynamo.config.use_numpy_random_stream` decides it. `np.random.rand()`, without a size, follows NumPy's
# seed all the same, so that one function may draw from both.
#
# Output seen:
#   torch 2.13.0 numpy 2.4.6
#   plain rand(4): numpy's seed decides: True, torch's seed decides: False
#   compiled rand(4): numpy's seed decides: False, torch's seed decides: True
#   compiled rand(): numpy's seed decides: True, torch's seed decides: False
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 2>/dev/null
cat >look.py <<'EOF'
import numpy as np
import torch


def several():
    return torch.as_tensor(np.random.rand(4))


def one():
    return torch.ones(1) * np.random.rand()


def drawn(function, numpy_seed, torch_seed):
    np.random.seed(numpy_seed)
    torch.manual_seed(torch_seed)
    return function().tolist()


def look(name, function):
    first = drawn(function, 0, 0)
    print(f"{name}: numpy's seed decides: {first != drawn(function, 1, 0)}, torch's seed decides: {first != drawn(function, 0, 1)}")


print("torch", torch.__version__.split("+")[0], "numpy", np.__version__)
look("plain rand(4)", several)
look("compiled rand(4)", torch.compile(several, backend="eager"))
look("compiled rand()", torch.compile(one, backend="eager"))
EOF
venv/bin/python look.py 2>/dev/null | tee seen
diff seen - <<'EOF'
torch 2.13.0 numpy 2.4.6
plain rand(4): numpy's seed decides: True, torch's seed decides: False
compiled rand(4): numpy's seed decides: False, torch's seed decides: True
compiled rand(): numpy's seed decides: True, torch's seed decides: False
EOF
