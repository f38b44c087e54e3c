"""No rule about operations speaks of libraries that have functions of the same names.

All files of the libraries that are named as arguments are checked, or else of those that are installed, as if their programs
asked for the same bits: then every operation of the table counts. The last line counts the files.
"""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = ["numpy", "scipy", "pandas", "sklearn"]
RULES = {"nondeterministic-op", "throws-when-deterministic"}


def main():
    named = sys.argv[1:]
    folders = {name: folder_of(name) for name in named or LIBRARIES}
    passed = failed = 0
    for name, folder in folders.items():
        if folder is None:
            print(f"{name} is not installed")
            failed += name in named
            continue
        files = {str(path) for path in folder.rglob("*.py")}
        assert len(files) > 100, folder
        wrong = [each for each in findings(folder) if each["code"] in RULES]
        for each in wrong:
            print(f"{each['filename']}:{each['location']['row']}: {each['code']}: {each['message']}")
        bad = {each["filename"] for each in wrong}
        passed += len(files) - len(bad)
        failed += len(bad)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def folder_of(name):
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def findings(folder):
    command = ["node", str(ROOT / "dist" / "cli.js"), "check", "--level", "deterministic", "--format", "json", str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=False)
    assert done.returncode in (0, 1), "dist/cli.js is missing: npm run build makes it"
    return json.loads(done.stdout)


if __name__ == "__main__":
    sys.exit(main())
