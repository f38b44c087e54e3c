#!/usr/bin/env bash
# torch 2.13.0: `torch.save` writes the name of the file, without its folder and ending, into the file. The same weights under
# two names have other bytes, under one name in two folders the same; so the checksums of `run1.pt` and `run2.pt` differ where
# all tensors are equal, and those of `run1/model.pt` and `run2/model.pt` do not.
#
# Output seen:
#   torch 2.13.0
#   first.pt and second.pt: equal False
#   first.pt and other/first.pt: equal True
#   first.pt and first.bin: equal True
#   the archive's names in second.pt begin with second/
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 2>/dev/null
cat >look.py <<'EOF'
import pathlib
import zipfile

import torch

print("torch", torch.__version__.split("+")[0])
state = {"weight": torch.arange(6.0)}
pathlib.Path("other").mkdir()
for name in ("first.pt", "second.pt", "other/first.pt", "first.bin"):
    torch.save(state, name)
for name in ("second.pt", "other/first.pt", "first.bin"):
    equal = pathlib.Path("first.pt").read_bytes() == pathlib.Path(name).read_bytes()
    print(f"first.pt and {name}: equal {equal}")
(folder,) = {name.split("/")[0] for name in zipfile.ZipFile("second.pt").namelist()}
print(f"the archive's names in second.pt begin with {folder}/")
EOF
venv/bin/python look.py 2>/dev/null | tee seen
diff seen - <<'EOF'
torch 2.13.0
first.pt and second.pt: equal False
first.pt and other/first.pt: equal True
first.pt and first.bin: equal True
the archive's names in second.pt begin with second/
EOF
