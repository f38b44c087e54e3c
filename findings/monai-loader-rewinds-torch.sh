#!/usr/bin/env bash
# monai 1.6.1 on torch 2.13.0: making a `monai.data.DataLoader` with `num_workers=0`, its default, winds torch's global
# generator back to its first seed. What is drawn after it is what was drawn before: two networks with a loader made between
# them begin with the same weights. With workers, or with torch's own DataLoader, nothing is wound back.
#
# Output seen:
#   monai 1.6.1
#   DataLoader of monai, num_workers=0: drawn again: True
#   DataLoader of monai, num_workers=1: drawn again: False
#   DataLoader of torch, num_workers=0: drawn again: False
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 monai==1.6.1 2>/dev/null
cat >look.py <<'EOF'
import monai
import monai.data
import torch


def look(name, loader, workers):
    torch.manual_seed(0)
    first = torch.nn.Linear(3, 3).weight.tolist()
    loader(monai.data.Dataset([1, 2]), num_workers=workers)
    print(f"DataLoader of {name}, num_workers={workers}: drawn again: {first == torch.nn.Linear(3, 3).weight.tolist()}")


print("monai", monai.__version__)
look("monai", monai.data.DataLoader, 0)
look("monai", monai.data.DataLoader, 1)
look("torch", torch.utils.data.DataLoader, 0)
EOF
venv/bin/python look.py 2>/dev/null | tee seen
diff seen - <<'EOF'
monai 1.6.1
DataLoader of monai, num_workers=0: drawn again: True
DataLoader of monai, num_workers=1: drawn again: False
DataLoader of torch, num_workers=0: drawn again: False
EOF
