#!/usr/bin/env bash
# torch 2.13.0: a scripted network is saved with the code of its layers, and that code names a layer's constants in the order
# of a Python set of strings. So the bytes of what `torch.jit.save` writes change with the hash seed, which is another one in
# every process, though weights and code are the same; `PYTHONHASHSEED` holds them still, and no seed of torch does.
#
# Output seen:
#   torch 2.13.0
#   16 hash seeds: more than one file: True
#   16 hash seeds: more than one set of weights: False
#   one hash seed, 4 processes: more than one file: False
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 2>/dev/null
cat >network.py <<'EOF'
import hashlib
import io
import zipfile

import torch

torch.manual_seed(0)
network = torch.nn.Sequential(torch.nn.Linear(3, 3))
file = io.BytesIO()
torch.jit.save(torch.jit.script(network), file)
archive = zipfile.ZipFile(file)
weights = b"".join(archive.read(name) for name in archive.namelist() if "/data/" in name and "/.data/" not in name)
print(hashlib.sha256(file.getvalue()).hexdigest(), hashlib.sha256(weights).hexdigest())
EOF
cat >look.py <<'EOF'
import os
import subprocess
import sys

import torch


def saved(hash_seeds):
    runs = [
        subprocess.run(
            [sys.executable, "network.py"],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for seed in hash_seeds
    ]
    return [len(set(each)) > 1 for each in zip(*runs)]


print("torch", torch.__version__.split("+")[0])
files, weights = saved(range(16))
print("16 hash seeds: more than one file:", files)
print("16 hash seeds: more than one set of weights:", weights)
print("one hash seed, 4 processes: more than one file:", saved([0] * 4)[0])
EOF
venv/bin/python look.py 2>/dev/null | tee seen
diff seen - <<'EOF'
torch 2.13.0
16 hash seeds: more than one file: True
16 hash seeds: more than one set of weights: False
one hash seed, 4 processes: more than one file: False
EOF
