"""No rule about operations speaks of libraries that only have functions of the same names: numpy, and what else is here.

Larger ones, such as scipy, are looked at where they are named as arguments: they take a minute each.
"""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = ["numpy", "pandas", "sklearn", *sys.argv[1:]]
RULES = {"nondeterministic-op", "throws-when-deterministic"}


def folder_of(name):
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def findings(folder):
    command = ["node", str(ROOT / "dist" / "cli.js"), "check", "--format", "json", str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=False)
    assert done.returncode in (0, 1), "dist/cli.js is missing: npm run build makes it"
    return json.loads(done.stdout)


installed = {name: folder for name in LIBRARIES if (folder := folder_of(name))}
assert "numpy" in installed
for name, folder in installed.items():
    assert len(list(folder.rglob("*.py"))) > 100, folder
    wrong = [each for each in findings(folder) if each["code"] in RULES]
    assert not wrong, wrong[:3]
    print(f"{name}: silent")
