"""Runs on real PyTorch what the rules claim.

An experiment is one file below `experiments/<rule>/`. Its first line is a comment with JSON:
`claim` says what it shows, `needs` names what the machine must have (`cuda`, `threads`, `c++`, `sklearn`, `albumentations`, `jax`, `torchdata`, `torch<2.10`,
`torch>=2.10`), `error` is the text that ends the bad program. The programs follow, each under a line `#- name`:

    bad     runs twice; the outputs must differ, or a run must end with the stated error
    good    runs twice; the outputs must be the same
    holds   runs once; it asserts, so it must end without an error

Every run is a process of its own, started by $PYTHON or else by the interpreter that runs this file.
The samples in `examples/` must differ between two runs, and their repaired copies must not.
The other programs beside this file count what they check themselves, in a last line as this program has it.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PYTHON = os.environ.get("PYTHON") or sys.executable
RUNS = {"bad": 2, "good": 2, "holds": 1}
LIMIT_SECONDS = 1200
LIBRARIES = ["numpy", "scipy", "pandas", "sklearn"]


def main():
    parser = argparse.ArgumentParser(description="Runs on real PyTorch what the rules claim.")
    parser.add_argument("--repaired", metavar="DIR", type=Path, help="the samples as Seedwise repairs them")
    parser.add_argument("--only", metavar="TEXT", default="", help="only experiments and samples with this in their name")
    parser.add_argument("--jobs", type=int, default=min(4, os.cpu_count() or 1), help="processes at a time")
    options = parser.parse_args()

    machine = describe_machine()
    if machine is None:
        print(f"{PYTHON} cannot import torch and numpy. Set PYTHON to an interpreter that can.")
        return 2
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    print(f"{versions}, {machine['cores']} cores, CUDA: {machine['device'] or 'none'}")

    checks = [check for check in all_checks(options, machine) if options.only in check[0]]
    with ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(lambda check: report(*check), checks))
    passed, failed, skipped = (results.count(result) for result in ("ok", "FAILED", "SKIPPED"))
    if skipped:
        print(f"{skipped} of {len(results)} did not run: this machine lacks what they need.")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


def all_checks(options, machine):
    """(name, judge) pairs; a judge returns a verdict and a sentence."""
    for path in sorted((HERE / "experiments").glob("*/*.py")):
        experiment = read_experiment(path)
        missing = experiment["needs"] - machine["has"]
        for kind, program in experiment["programs"]:
            name = f"{path.parent.name}/{path.stem} {kind}"
            if missing:
                yield name, lambda missing=missing: ("SKIPPED", f"needs {', '.join(sorted(missing))}")
            else:
                yield name, lambda e=experiment, k=kind, p=program: judge(k, p, e["error"])

    yield "snippets", lambda: judge("holds", HERE / "snippets.py", None)
    for name in LIBRARIES:
        if name in machine["has"]:
            yield f"libraries {name}", lambda name=name: judge_counts(HERE / "libraries.py", [name])
        else:
            yield f"libraries {name}", lambda name=name: ("SKIPPED", f"needs {name}")
    counting = {"draws": [], "harm": [], "ops_table": [], "gpu_ops --device cpu": ["--device", "cpu"]}
    if options.repaired:
        counting["equivalents"] = [str(options.repaired.resolve() / "equivalents.json")]
    if "cuda" in machine["has"]:
        counting["gpu_ops"] = []
    else:
        yield "gpu_ops", lambda: ("SKIPPED", "needs cuda")
    for name, arguments in counting.items():
        if name == "equivalents" and "hypothesis" not in machine["has"]:
            yield name, lambda: ("SKIPPED", "needs hypothesis")
        else:
            yield name, lambda name=name, arguments=arguments: judge_counts(HERE / f"{name.split()[0]}.py", arguments)

    samples = sorted((ROOT / "examples").glob("*.py"))
    for sample in samples:
        yield f"examples/{sample.name} as it is", lambda sample=sample: judge("bad", sample, None)
    if options.repaired:
        for sample in samples:
            repaired = options.repaired / sample.name
            yield f"examples/{sample.name} repaired", lambda path=repaired: judge("good", path, None)


def read_experiment(path):
    head, *parts = re.split(r"^#- (\w+)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    facts = json.loads(head.strip().removeprefix("#"))
    unknown = set(facts) - {"claim", "needs", "error"}
    programs = list(zip(parts[::2], parts[1::2]))
    if unknown or not programs or any(kind not in RUNS for kind, _ in programs):
        raise SystemExit(f"{path}: not an experiment")
    needs = facts.get("needs", [])
    return {"needs": {needs} if isinstance(needs, str) else set(needs), "error": facts.get("error"), "programs": programs}


def judge(kind, program, error):
    if isinstance(program, Path) and not program.is_file():
        return "FAILED", f"there is no {program}"
    if kind == "bad" and error:
        status, output = run(program)
        ends_so = status != 0 and output.rstrip().endswith(error)
        return ("ok", f"ends with: {error}") if ends_so else ("FAILED", f"does not end with: {error}\n{output}")
    runs = [run(program) for _ in range(RUNS[kind])]
    for status, output in runs:
        if status != 0:
            return "FAILED", "\n" + output
        if not output.strip() and kind != "holds":
            return "FAILED", "printed nothing"
    if kind == "holds":
        return "ok", "holds"
    same = runs[0] == runs[1]
    if kind == "bad":
        return ("FAILED", "two runs printed the same") if same else ("ok", "two runs differ")
    return ("ok", "two runs print the same") if same else ("FAILED", f"two runs differ:\n{runs[0][1]}{runs[1][1]}")


def judge_counts(program, arguments):
    """A program that counts its own checks: what it says of those that failed, and how many there were."""
    status, output = run(program, arguments)
    counts = re.search(r"^([1-9]\d*) passed, 0 failed$", output.rstrip().rpartition("\n")[2])
    if status == 0 and counts:
        return "ok", f"{counts[1]} checks"
    return "FAILED", "\n" + "\n".join(line for line in output.splitlines() if not re.match(r"\S.*: off |the same: ", line))


def run(program, arguments=()):
    """Exit status and output of a program in a fresh process, in an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        path = program
        if not isinstance(program, Path):
            path = Path(folder, "program.py")
            path.write_text(program, encoding="utf-8")
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONHASHSEED"}
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        try:
            done = subprocess.run(
                [PYTHON, "-W", "ignore", str(path.resolve()), *arguments],
                cwd=folder,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                timeout=LIMIT_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return 1, f"still running after {LIMIT_SECONDS} seconds"
        return done.returncode, done.stdout


def describe_machine():
    probe = (
        "import importlib, importlib.util, json, platform, torch; cuda = torch.cuda.is_available();"
        "found = [name for name in ('torch', 'numpy', 'scipy', 'pandas', 'sklearn', 'hypothesis', 'albumentations', 'jax', 'torchdata', 'polars', 'dask', 'numba', 'datasets', 'monai', 'optuna') if importlib.util.find_spec(name)];"
        "versions = {name: importlib.import_module(name).__version__ for name in found};"
        "print(json.dumps({'torch': torch.__version__, 'versions': {'Python': platform.python_version(), **versions},"
        " 'threads': torch.get_num_threads(), 'device': torch.cuda.get_device_name(0) if cuda else None}))"
    )
    done = subprocess.run([PYTHON, "-W", "ignore", "-c", probe], stdout=subprocess.PIPE, encoding="utf-8")
    machine = json.loads(done.stdout) if done.returncode == 0 else {"versions": {}}
    if "numpy" not in machine["versions"]:
        return None
    machine["cores"] = os.cpu_count()
    present = {"cuda": machine["device"], "threads": machine["threads"] > 1, "c++": shutil.which("g++")}
    is_older = [int(part) for part in machine["torch"].split(".")[:2]] < [2, 10]
    present.update({"torch<2.10": is_older, "torch>=2.10": not is_older})
    machine["has"] = {need for need, there in present.items() if there} | set(machine["versions"])
    return machine


def report(name, check):
    verdict, text = check()
    print(f"{verdict:8}{name}: {text}", flush=True)
    return verdict


if __name__ == "__main__":
    sys.exit(main())
