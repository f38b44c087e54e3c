#!/usr/bin/env bash
# safetensors 0.8.0: the entries of `metadata=` are written in an order that is drawn anew at every save, in one process too.
# The same tensors with the same metadata come to other bytes each time, whatever is seeded: a checksum of the file does not
# tell whether two trainings gave the same weights. Without metadata, or with one entry, the bytes are the same.
#
# Output seen:
#   safetensors 0.8.0
#   0 entries: 1 file of 20 saves
#   1 entry: 1 file of 20 saves
#   20 entries: 20 files of 20 saves
#   20 entries, PYTHONHASHSEED=0: 20 files of 20 saves
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 safetensors==0.8.0 2>/dev/null
cat >look.py <<'EOF'
import sys

import numpy
import safetensors
from safetensors.numpy import save


def look(entries, note=""):
    metadata = {f"key {i}": "value" for i in range(entries)}
    files = {save({"weight": numpy.ones(2), "bias": numpy.zeros(2)}, metadata=metadata) for _ in range(20)}
    word = "entry" if entries == 1 else "entries"
    print(f"{entries} {word}{note}: {len(files)} {'file' if len(files) == 1 else 'files'} of 20 saves")


if sys.flags.hash_randomization:
    print("safetensors", safetensors.__version__)
    look(0)
    look(1)
    look(20)
else:
    look(20, ", PYTHONHASHSEED=0")
EOF
(env -u PYTHONHASHSEED venv/bin/python look.py && PYTHONHASHSEED=0 venv/bin/python look.py) | tee seen
diff seen - <<'EOF'
safetensors 0.8.0
0 entries: 1 file of 20 saves
1 entry: 1 file of 20 saves
20 entries: 20 files of 20 saves
20 entries, PYTHONHASHSEED=0: 20 files of 20 saves
EOF
