#!/usr/bin/env bash
# joblib 1.5.3 (loky), NumPy 2.4.2, beside Python's own multiprocessing with `spawn`: both start new interpreters, but only
# the latter import the main file again. joblib's get the function by value, so `np.random.seed(0)` at the top of a main
# file, which is there in each spawned process, is in no worker of joblib: two runs draw other numbers. The same function
# in a module that the main file imports is found by name: its module is imported, and the seed at its top is set in each worker.
#
# Output seen:
#   spawn, seed in the main file: equal in two runs
#   joblib, seed in the main file: other numbers in two runs
#   joblib, seed in an imported module: equal in two runs
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check joblib==1.5.3 numpy==2.4.2 2>/dev/null
cat >spawned.py <<'EOF'
import multiprocessing

import numpy as np

np.random.seed(0)


def draw(_):
    return np.random.rand()


if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(draw, range(2)))
EOF
cat >by_value.py <<'EOF'
import numpy as np
from joblib import Parallel, delayed

np.random.seed(0)


def draw(_):
    return np.random.rand()


if __name__ == "__main__":
    print(Parallel(n_jobs=2, batch_size=1)(delayed(draw)(i) for i in range(1)))
EOF
cat >work.py <<'EOF'
import numpy as np

np.random.seed(0)


def draw(_):
    return np.random.rand()
EOF
cat >by_name.py <<'EOF'
from joblib import Parallel, delayed

from work import draw

if __name__ == "__main__":
    print(Parallel(n_jobs=2, batch_size=1)(delayed(draw)(i) for i in range(1)))
EOF
look() {
  local first second
  first=$(venv/bin/python "$1") second=$(venv/bin/python "$1")
  [ "$first" = "$second" ] && echo "$2: equal in two runs" || echo "$2: other numbers in two runs"
}
{
  look spawned.py "spawn, seed in the main file"
  look by_value.py "joblib, seed in the main file"
  look by_name.py "joblib, seed in an imported module"
} | tee seen
diff seen - <<'EOF'
spawn, seed in the main file: equal in two runs
joblib, seed in the main file: other numbers in two runs
joblib, seed in an imported module: equal in two runs
EOF
