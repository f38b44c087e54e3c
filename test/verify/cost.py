"""What tracing costs: a small MLP, a convolutional network and a transformer, traced against bare, by processor time and memory.

Each program times its own training, so that the import of torch does not hide the cost, and gives its quickest stretch: what else runs
on the machine takes from the others. Exits with 1 where a bound is not kept.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent.parent / "python" / "seedwise_trace"
PYTHON = os.environ.get("PYTHON") or sys.executable
TIMES = 3
MOST_MEGABYTES = 200

HEAD = "import resource, time, torch\nfrom torch import nn\ntorch.set_num_threads(1)\ntorch.manual_seed(0)\n"
TAIL = """
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
def step():
    optimizer.zero_grad()
    loss = net(x).pow(2).mean()
    loss.backward()
    optimizer.step()
for _ in range(3):
    step()
def stretch():
    start = time.process_time()
    for _ in range({steps}):
        step()
    return time.process_time() - start
print(min(stretch() for _ in range(4)), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
PROGRAMS = {
    "small MLP": (4.5, "net = nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))\nx = torch.randn(64, 32)", 400),
    "CNN": (1.4, "net = nn.Sequential(nn.Conv2d(3, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))\nx = torch.randn(32, 3, 32, 32)", 10),
    "two-layer transformer": (2.2, "net = nn.TransformerEncoder(nn.TransformerEncoderLayer(64, 4, 128, batch_first=True), 2)\nx = torch.randn(16, 32, 64)", 40),
}


def run(path, folder=None, against=None):
    environment = dict(os.environ)
    if folder:
        os.makedirs(folder, exist_ok=True)
        environment["PYTHONPATH"] = str(PACKAGE / "hook")
        environment["SEEDWISE_TRACE"] = json.dumps({"folder": folder, "root": os.path.dirname(path), "against": against})
    done = subprocess.run([PYTHON, "-W", "ignore", path], env=environment, stdout=subprocess.PIPE, encoding="utf-8", check=True)
    return [float(each) for each in done.stdout.split()]


def main():
    failed = 0
    if subprocess.run([PYTHON, "-c", "import torch"], stderr=subprocess.DEVNULL).returncode:
        print(f"tracing: skipped, {PYTHON} has no torch")
        return 0
    print("tracing, processor time against the bare program, best of", TIMES)
    with tempfile.TemporaryDirectory() as scratch:
        for name, (bound, setup, steps) in PROGRAMS.items():
            path = os.path.join(scratch, "program.py")
            Path(path).write_text(HEAD + setup + TAIL.format(steps=steps))
            bare, first, second = [], [], []
            for turn in range(TIMES):
                one = os.path.join(scratch, f"{steps}-{turn}-1")
                bare.append(run(path))
                first.append(run(path, one))
                second.append(run(path, one + "-second", one))
            least = min(bare)[0]
            ratios = [min(each)[0] / least for each in (first, second)]
            more = max(each[1] for each in first + second) - min(each[1] for each in bare)
            kept = max(ratios) <= bound and more <= MOST_MEGABYTES
            failed += not kept
            print(f"{name:24}x {ratios[0]:.2f} first run, x {ratios[1]:.2f} second run (bound {bound}), {more:.0f} MB more{'' if kept else '  TOO MUCH'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
