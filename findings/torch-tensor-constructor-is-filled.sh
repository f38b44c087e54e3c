#!/usr/bin/env bash
# torch 2.13.0: under `use_deterministic_algorithms(True)` the legacy constructor `torch.Tensor(2, 2)` gives NaN, as
# `torch.empty` does. The page on `torch.utils.deterministic` lists `empty`, `empty_strided`,
# `empty_permuted`, `empty_like` and `Tensor.resize_` only, so a parameter that is made by the
# constructor and filled by nobody turns into NaN where its author expects old memory; without the flag nothing is filled.
#
# Output seen:
#   torch 2.13.0
#   Tensor(2, 2): all NaN: True
#   empty(2, 2): all NaN: True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 2>/dev/null
cat >look.py <<'EOF'
import torch

print("torch", torch.__version__.split("+")[0])
torch.use_deterministic_algorithms(True)
print("Tensor(2, 2): all NaN:", bool(torch.Tensor(2, 2).isnan().all()))
print("empty(2, 2): all NaN:", bool(torch.empty(2, 2).isnan().all()))
EOF
venv/bin/python look.py 2>/dev/null | tee seen
diff seen - <<'EOF'
torch 2.13.0
Tensor(2, 2): all NaN: True
empty(2, 2): all NaN: True
EOF
