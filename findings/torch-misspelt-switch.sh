#!/usr/bin/env bash
# torch 2.13.0: a misspelt switch is refused or swallowed depending on where it stands. `torch.backends.cuda.matmul` refuses a
# name it does not know; `torch.backends.cudnn`, where the deterministic switch is, takes it without a word, and so do
# `torch.backends.mkldnn` and `torch.backends.mps`. The switch that was meant keeps its value.
#
# Output seen:
#   torch 2.13.0
#   cudnn: taken, deterministic is False
#   cuda.matmul: AttributeError
#   mkldnn: taken, deterministic is False
#   mps: taken
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 2>/dev/null
cat >look.py <<'EOF'
import operator

import torch

print("torch", torch.__version__.split("+")[0])
for name in ("cudnn", "cuda.matmul", "mkldnn", "mps"):
    module = operator.attrgetter(name)(torch.backends)
    try:
        module.deteministic = True
        kept = getattr(module, "deterministic", None)
        print(f"{name}: taken" + ("" if kept is None else f", deterministic is {kept}"))
    except AttributeError as error:
        print(f"{name}: {type(error).__name__}")
EOF
venv/bin/python look.py 2>/dev/null | tee seen
diff seen - <<'EOF'
torch 2.13.0
cudnn: taken, deterministic is False
cuda.matmul: AttributeError
mkldnn: taken, deterministic is False
mps: taken
EOF
