"""Runs on real PyTorch what the rules claim.

An experiment is one file below `experiments/<rule>/`. Its first line is a comment with JSON:
`claim` says what it shows, `needs` names what the machine must have (`cuda`, `threads`, `sklearn`, `albumentations`, `torch<2.10`,
`torch>=2.10`), `error` is the text that ends the bad program. The programs follow, each under a line `#- name`:

    bad     runs twice; the outputs must differ, or a run must end with the stated error
    good    runs twice; the outputs must be the same
    holds   runs once; it asserts, so it must end without an error

Every run is a process of its own, started by $PYTHON or else by the interpreter that runs this file.
The samples in `examples/` must differ between two runs, and their repaired copies must not.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PYTHON = os.environ.get("PYTHON") or sys.executable
RUNS = {"bad": 2, "good": 2, "holds": 1}
LIMIT_SECONDS = 300


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
    print(f"torch {machine['torch']}, numpy {machine['numpy']}, {machine['cores']} cores, CUDA: {machine['device'] or 'none'}")

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
    yield "libraries", lambda: judge("holds", HERE / "libraries.py", None)
    if "cuda" in machine["has"]:
        yield "gpu_ops", lambda: judge("holds", HERE / "gpu_ops.py", None)
    else:
        yield "gpu_ops", lambda: ("SKIPPED", "needs cuda")

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


def run(program):
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
                [PYTHON, "-W", "ignore", str(path.resolve())],
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
        "import importlib.util, json, torch, numpy; cuda = torch.cuda.is_available();"
        "print(json.dumps({'torch': torch.__version__, 'numpy': numpy.__version__, 'threads': torch.get_num_threads(),"
        " 'sklearn': importlib.util.find_spec('sklearn') is not None,"
        " 'albumentations': importlib.util.find_spec('albumentations') is not None,"
        " 'device': torch.cuda.get_device_name(0) if cuda else None}))"
    )
    done = subprocess.run([PYTHON, "-W", "ignore", "-c", probe], stdout=subprocess.PIPE, encoding="utf-8")
    if done.returncode != 0:
        return None
    machine = json.loads(done.stdout)
    machine["cores"] = os.cpu_count()
    present = {"cuda": machine["device"], "threads": machine["threads"] > 1}
    is_older = [int(part) for part in machine["torch"].split(".")[:2]] < [2, 10]
    present.update({"torch<2.10": is_older, "torch>=2.10": not is_older})
    present.update((name, machine[name]) for name in ("sklearn", "albumentations"))
    machine["has"] = {need for need, there in present.items() if there}
    return machine


def report(name, check):
    verdict, text = check()
    print(f"{verdict:8}{name}: {text}", flush=True)
    return verdict


if __name__ == "__main__":
    sys.exit(main())
