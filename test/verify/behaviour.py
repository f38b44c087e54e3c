"""How the driver behaves with programs that read, print, fork, hang, fail or write: each check gives what is wrong, or nothing."""

import ast
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

TORCH = "import torch\ntorch.manual_seed(0)\n"


def folder_with(**files):
    """A folder with programs; a double underscore in a name stands for a dot."""
    folder = Path(tempfile.mkdtemp(prefix="seedwise-behaviour-"))
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return folder


def expect(verdict, **wanted):
    wrong = {name: verdict.get(name) for name, value in wanted.items() if verdict.get(name) != value}
    return f"{wrong} in {json.dumps(verdict)[:1500]}" if wrong else ""


def reads_stdin(drive):
    folder = folder_with(main__py=TORCH + "import sys\nx = torch.randn(3) * len(sys.stdin.read())\nassert x.any()\n", given="some text")
    return expect(drive(folder, "main.py", options=["--stdin", str(folder / "given")])[1], result="identical")


def prints_a_lot(drive):
    folder = folder_with(main__py=TORCH + "for _ in range(200000):\n    print('a line of text that says nothing', torch.__version__)\n")
    return expect(drive(folder, "main.py")[1], result="identical")


def fails_at_start(drive):
    code, verdict = drive(folder_with(main__py="import torch\nx = torch.ones(2)\nraise KeyError('no such thing')\n"), "main.py")
    problem = expect(verdict, result="failed", run=1)
    return problem or ("" if code == 2 and "KeyError: 'no such thing'" in verdict["traceback"] else f"exit {code}, {verdict['traceback']}")


def cannot_be_parsed(drive):
    code, verdict = drive(folder_with(main__py="def broken(:\n"), "main.py")
    return expect(verdict, result="failed") or ("" if code == 2 and "SyntaxError" in verdict["traceback"] else str(code))


def is_not_there(drive):
    code, verdict = drive(folder_with(), "nothing.py")
    return expect(verdict, result="failed") or ("" if code == 2 and "nothing.py" in verdict["evidence"][0] else str(verdict))


def runs_for_ever(drive):
    folder = folder_with(main__py=TORCH + "x = torch.zeros(2)\nwhile True:\n    x = x + 1\n")
    return expect(drive(folder, "main.py", options=["--max-operations", "5000"])[1], result="identical", limit="operations", operations=5000)


def sleeps_for_ever(drive):
    folder = folder_with(main__py=TORCH + "import time\nx = torch.zeros(2) + 1\nwhile True:\n    time.sleep(1)\n")
    start = time.monotonic()
    problem = expect(drive(folder, "main.py", options=["--max-minutes", "0.2"])[1], result="identical", limit="minutes")
    return problem or ("" if time.monotonic() - start < 200 else "it was not stopped at its limit")


def is_killed(drive):
    folder = folder_with(main__py="import os, signal\nimport torch\nx = torch.ones(2) * 2\nos.kill(os.getpid(), signal.SIGKILL)\n")
    return expect(drive(folder, "main.py")[1], result="failed", run=1)


def takes_too_much(drive):
    folder = folder_with(main__py=TORCH + "import time\nx = torch.ones(300_000_000)\ntime.sleep(60)\n")
    return expect(drive(folder, "main.py", options=["--max-memory", "700"])[1], result="failed", run=1)


def changes_folder(drive):
    folder = folder_with(main__py=TORCH + "import os\nos.makedirs('deep/er', exist_ok=True)\nos.chdir('deep/er')\nx = torch.nn.Linear(2, 2)(torch.ones(2))\nimport random\nx = x * random.random()\nopen('out', 'w').write(str(x))\n")
    return expect(drive(folder, "main.py")[1], result="parted", cause="unseeded-stream") or wrote_nothing(folder)


def writes_files(drive):
    folder = folder_with(main__py=TORCH + "from pathlib import Path\nlog = Path('log')\nold = log.read_text() if log.exists() else ''\nlog.write_text(old + 'x')\nx = torch.ones(3) * len(old)\n")
    return expect(drive(folder, "main.py")[1], result="identical") or wrote_nothing(folder)


def wrote_nothing(folder):
    left = sorted(path.name for path in folder.iterdir())
    return "" if left == ["main.py"] else f"the folder holds {left}"


def is_too_large_to_copy(drive):
    folder = folder_with(main__py=TORCH + "open('written', 'w').write('x')\nx = torch.randn(2) * 2\n")
    with open(folder / "large", "wb") as file:
        file.truncate(210 * 1024 * 1024)
    return expect(drive(folder, "main.py")[1], result="identical", written=["written"])


def takes_arguments(drive):
    text = TORCH + "import argparse\np = argparse.ArgumentParser()\np.add_argument('--size', type=int, required=True)\nprint(torch.randn(p.parse_args().size))\n"
    return expect(drive(folder_with(main__py=text), "main.py", "--size", "3")[1], result="identical", draws=1)


def is_a_module(drive):
    folder = folder_with()
    (folder / "pack").mkdir()
    (folder / "pack" / "__init__.py").write_text("")
    (folder / "pack" / "train.py").write_text("import torch\nfrom . import model\nprint(model.net(torch.ones(2)))\n")
    (folder / "pack" / "model.py").write_text("from torch import nn\nnet = nn.Linear(2, 2)\n")
    verdict = drive(folder, "pack.train", options=["-m"])[1]
    place = verdict["place"] or {}
    return "" if (place.get("file"), place.get("line")) == ("pack/model.py", 2) else json.dumps(verdict)[:800]


def is_launched_by_torchrun(drive):
    text = "import torch\nimport torch.distributed as dist\ndist.init_process_group('gloo')\nx = torch.randn(3)\ny = x * 2\ndist.all_reduce(y)\nprint(y.sum().item())\ndist.destroy_process_group()\n"
    words = ["torchrun", "--nproc_per_node", "2", "--master_port", "29541", "main.py"]
    verdict = drive(folder_with(main__py=text), *words)[1]
    return expect(verdict, result="parted", cause="unseeded-stream") or ("" if verdict["place"]["line"] == 4 else str(verdict["place"]))


def is_launched_by_torchrun_alone(drive):
    """What the launcher makes anew in each run, and a rank reads."""
    text = "import os, zlib\nimport torch\ntorch.manual_seed(zlib.crc32(os.environ['TORCHELASTIC_RUN_ID'].encode()))\nprint(torch.randn(3).sum().item())\n"
    verdict = drive(folder_with(main__py=text), "torchrun", "--standalone", "--nproc_per_node", "1", "main.py")[1]
    return expect(verdict, result="parted", cause="entropy", confirmed=True, program="main.py") or ("" if verdict["place"]["line"] == 3 else str(verdict["place"]))


def is_launched_by_accelerate(drive):
    if subprocess.run([os.environ.get("PYTHON") or sys.executable, "-c", "import accelerate"], stderr=subprocess.DEVNULL).returncode:
        print("left out: no accelerate")
        return ""
    text = "import torch\nfrom accelerate import Accelerator\naccelerator = Accelerator()\nmodel = torch.nn.Linear(2, 1)\nmodel = accelerator.prepare(model)\nprint(model(torch.ones(2)).item())\n"
    words = ["accelerate", "launch", "--cpu", "--num_processes", "1", "--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no", "main.py"]
    verdict = drive(folder_with(main__py=text), *words)[1]
    return expect(verdict, result="parted", cause="unseeded-stream", program="main.py") or ("" if verdict["place"]["line"] == 4 else str(verdict["place"]))


def is_compiled(drive):
    """Calls of compiled regions are counted: one for each way."""
    text = TORCH + "net = torch.compile(torch.nn.Linear(2, 1), backend='aot_eager')\nfor _ in range(3):\n    net(torch.ones(2)).sum().backward()\nnet(torch.ones(2))\n"
    return expect(drive(folder_with(main__py=text), "main.py")[1], result="identical", regions=7)


def reads_the_environment(drive):
    """On two machines the variables that the program reads are compared first."""
    text = TORCH + "import os\nscale = float(os.environ.get('SCALE', '1'))\nprint((torch.ones(2) * scale).sum().item(), dict(os.environ).get('OTHER'))\n"
    folder, there = folder_with(main__py=text), Path(tempfile.mkdtemp(prefix="seedwise-behaviour-"))
    trace = there / "run.trace"
    os.environ.update(SCALE="2", OTHER="there")
    try:
        drive(folder, "main.py", options=["--record", str(trace)])
    finally:
        del os.environ["SCALE"], os.environ["OTHER"]
    verdict = drive(folder, "main.py", options=["--against", str(trace)])[1]
    wanted = ["The program reads the environment variable `SCALE`: it is not set here."]
    return expect(verdict, result="parted", differences=wanted) or ("OTHER is in the trace" if b"OTHER" in zipfile.ZipFile(trace).read("header.json") else "")


def cannot_be_watched(drive):
    """Where a hook of the tracer fails, as on a version of torch that it does not know, nothing is said to be identical."""
    folder = folder_with(main__py="import torch\nprint(torch.ones(2))\n")
    (folder / "torch").mkdir()
    (folder / "torch" / "__init__.py").write_text("def ones(n):\n    return n\n")
    code, verdict = drive(folder, "main.py")
    return expect(verdict, result="failed") or ("" if code == 2 and "hook_torch" in verdict["evidence"][1] else str(verdict))


def pythons():
    """The interpreters of this machine that the tracer promises to run on, by their version: those on the path, and pyenv's."""
    places = [Path(each) for each in os.environ.get("PATH", "").split(os.pathsep)]
    places += sorted(Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv", "versions").glob("*/bin"))
    names = {f"python3.{minor}" for minor in range(9, 15)}
    return {path.name: path for place in places for path in (place / name for name in sorted(names)) if path.is_file()}


def runs_on_every_python(drive):
    """Without torch, on each Python from 3.9 on that there is; and no file needs more than 3.9 to be read."""
    package = Path(__file__).resolve().parent.parent.parent / "python" / "seedwise_trace"
    for path in package.rglob("*.py"):
        ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
    text = "import glob, os, random, time, uuid\nfrom pathlib import Path\nos.environ.get('HOME'), glob.glob('*'), list(Path('.').iterdir()), time.time(), uuid.uuid4(), hash('a')\nvalue = random.random()\nprint(value)\n"
    found = pythons()
    print(f"runs on {', '.join(sorted(found)) or 'no other Python'}")
    for name, python in sorted(found.items()):
        done = subprocess.run([python, str(package), "--", "main.py"], cwd=folder_with(main__py=text), stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8")
        verdict = json.loads(done.stdout or "{}")
        wrong = expect(verdict, result="parted", cause="unseeded-stream", confirmed=True, troubles=[])
        if wrong or verdict["place"]["line"] != 4 or verdict["files"].keys() != {"main.py"}:
            return f"{name}: {wrong or verdict} {done.stderr[-800:]}"
    return ""


def is_cancelled(drive):
    """Ending whoever asked ends every process of the program."""
    folder = folder_with(main__py="import multiprocessing as mp, time\nimport torch\ndef work():\n    time.sleep(600)\nif __name__ == '__main__':\n    [mp.Process(target=work).start() for _ in range(2)]\n    x = torch.ones(2) + 1\n    open('started', 'w').close()\n    time.sleep(600)\n")
    package = Path(__file__).resolve().parent.parent.parent / "python" / "seedwise_trace"
    python = os.environ.get("PYTHON") or sys.executable
    mark = f"SEEDWISE_BEHAVIOUR={folder.name}"
    driver = subprocess.Popen(
        [python, str(package), "--watch-stdin", "--", "main.py"],
        cwd=folder,
        env=dict(os.environ, SEEDWISE_BEHAVIOUR=folder.name),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + 120
    while len(carrying(mark)) < 4 and time.monotonic() < end:
        time.sleep(0.2)
    driver.stdin.close()
    verdict = json.loads(driver.stdout.read())
    driver.wait(60)
    left = carrying(mark)
    return f"{left} still run" if left else "" if verdict.get("cancelled") else str(verdict)


def carrying(mark):
    """Processes with a variable in their environment."""
    found = []
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and mark.encode() in Path("/proc", name, "environ").read_bytes().split(b"\0"):
                found.append(int(name))
        except OSError:
            continue
    return found


def lists_in_every_way(drive):
    """Each way of Python's to list a folder comes in the order that a run is to have, also those that kept a function of `os` early."""
    text = "import glob, os\nfrom pathlib import Path\nway = Path('data')\nprint([[each.name for each in way.iterdir()], [each.name for each in way.glob('*')], [each.name for each in way.rglob('*')], [os.path.basename(each) for each in glob.glob('data/*')], os.listdir('data'), [each.name for each in os.scandir('data')], [files for _, _, files in os.walk('data')][0]])\n"
    folder = folder_with(main__py=text)
    (folder / "data").mkdir()
    for name in "hbdfaceg":
        (folder / "data" / name).touch()
    package = Path(__file__).resolve().parent.parent.parent / "python" / "seedwise_trace"
    told = {"folder": str(folder), "root": str(folder), "changes": ["listing"]}
    environment = dict(os.environ, PYTHONPATH=str(package / "hook"), SEEDWISE_TRACE=json.dumps(told))
    python = os.environ.get("PYTHON") or sys.executable
    done = subprocess.run([python, "main.py"], cwd=folder, env=environment, stdout=subprocess.PIPE, encoding="utf-8", check=True)
    return "" if done.stdout.strip() == str([list("abcdefgh")] * 7) else done.stdout


def is_recorded_and_compared(drive):
    text = "import argparse\nimport torch\np = argparse.ArgumentParser()\np.add_argument('--seed', type=int, default=0)\ntorch.manual_seed(p.parse_args().seed)\nprint('loss', torch.randn(4).sum().item())\n"
    folder = folder_with(main__py=text)
    trace = folder / "run.trace"
    if expect(drive(folder, "main.py", options=["--record", str(trace)])[1], result="identical"):
        return "it was not recorded"
    same = drive(folder, "main.py", options=["--against", str(trace)])[1]
    other = drive(folder, "main.py", "--seed", "1", options=["--against", str(trace)])[1]
    seeds = drive(folder, "main.py", options=["--seeds", "0,1,2"])[1]
    trace.write_bytes(b"no trace")
    code, broken = drive(folder, "main.py", options=["--against", str(trace)])
    spread = [row for row in seeds.get("seeds", []) if row["name"] == "loss" and row["deviation"] > 0 and len(row["values"]) == 3]
    return (
        expect(same, result="identical", differences=[])
        or expect(other, result="parted")
        or expect(broken, result="failed")
        or ("" if code == 2 and spread else f"{code} {seeds}")
    )


HASHES = """
import ctypes
import torch
from seedwise_trace import hashing, ops

torch.manual_seed(0)
order = torch.randperm(512)
order_of_rows = torch.eye(64, dtype=torch.float64)[torch.randint(64, (512,))]
numbers = torch.randn(4096, 64, dtype=torch.float64)
signs = numbers.clone()
signs[:, 3] *= -1
pair = numbers.clone()
pair[[0, 4095], 5] *= -1
one = numbers.clone()
one.view(torch.uint8)[-1, -8] ^= 1
for name, a, b in (
    ("rows in another order", order_of_rows, order_of_rows[order]),
    ("the signs of a column", numbers, signs),
    ("two signs", numbers, pair),
    ("all signs", numbers, -numbers),
    ("the last bit of one number", numbers, one),
    ("halves that change places", torch.cat([numbers[:9], -numbers[:9]]), torch.cat([-numbers[:9], numbers[:9]])),
):
    for hash in (ops.tensor_hash, lambda tensor: int(ops._device_hash(tensor))):
        assert hash(a) == hash(a.clone()), name
        assert hash(a) != hash(b.contiguous()), name
import numpy
for size in (1 << 15, 40_001, 8 * hashing.COLUMNS * 7, 1 << 20):
    memory = (ctypes.c_char * size).from_buffer_copy(numpy.random.bytes(size))
    rows = size // 8 // hashing.COLUMNS
    assert hashing._sums_by_numpy(numpy)(memory, rows) == hashing._sums_by_torch()(memory, rows), size
"""


def tells_values_apart(drive):
    """Hashes of much memory depend on the place and on every bit, with NumPy and without it, and where the tensor lies as well."""
    package = Path(__file__).resolve().parent.parent.parent / "python"
    python = os.environ.get("PYTHON") or sys.executable
    done = subprocess.run([python, "-c", HASHES], cwd=package, stderr=subprocess.PIPE, encoding="utf-8")
    return done.stderr[-800:] if done.returncode else ""


def million_operations(drive):
    """A million operations stay within bounds of time and disk; 64 bytes an operation at most."""
    folder = folder_with(main__py=TORCH + "x = torch.zeros(4)\nfor _ in range(1_000_001):\n    x = x + 1\n")
    trace = folder / "run.trace"
    verdict = drive(folder, "main.py", options=["--record", str(trace)])[1]
    return expect(verdict, operations=1_000_000) or ("" if trace.stat().st_size < 64_000_000 else "the trace is too large")


CHECKS = {
    each.__name__: each
    for each in (
        reads_stdin,
        prints_a_lot,
        fails_at_start,
        cannot_be_parsed,
        is_not_there,
        runs_for_ever,
        sleeps_for_ever,
        is_killed,
        takes_too_much,
        changes_folder,
        writes_files,
        is_too_large_to_copy,
        takes_arguments,
        is_a_module,
        is_launched_by_torchrun,
        is_launched_by_torchrun_alone,
        is_launched_by_accelerate,
        is_compiled,
        reads_the_environment,
        cannot_be_watched,
        runs_on_every_python,
        is_cancelled,
        lists_in_every_way,
        is_recorded_and_compared,
        tells_values_apart,
        million_operations,
    )
}
