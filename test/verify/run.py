"""Runs `seedwise_trace` on programs whose cause is known, on real PyTorch, and counts where it names the line and the cause.

A program in `programs/` says at the line's end where its runs part and why: `# parts: unseeded-stream`. One without a mark repeats, and
nothing may be said of it. `faults.py` makes more of them, from training scripts with one fault put in at a place that a seed draws,
and so does `public.py`, from scripts that others have written.
The interpreter is $PYTHON, or else the one that runs this file.
"""

import argparse
import contextlib
import functools
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import behaviour
import faults
import public
import warm

HERE = Path(__file__).resolve().parent
PACKAGE = warm.TRACER / "seedwise_trace"
PYTHON = os.environ.get("PYTHON") or sys.executable
LIMIT_SECONDS = 900
# A program of a library that not every Python with torch has.
NEEDS = re.compile(r"# needs: (\w+)\n")
MARK = re.compile(r"# parts: ([a-z-]+)")


def main():
    parser = argparse.ArgumentParser(description="Runs seedwise_trace on programs whose cause is known.")
    parser.add_argument("--only", metavar="TEXT", default="", help="only programs with this in their name")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--cold", action="store_true", help="each run imports torch anew, as it does for a user")
    parser.add_argument("--seed", type=int, default=faults.SEED, help="draws the places of the faults")
    parser.add_argument("paths", nargs="*", type=Path, help="other programs than the project's own")
    options = parser.parse_args()
    for name in ("PYTHONHASHSEED", "PYTHONPATH"):
        os.environ.pop(name, None)
    print(f"faults are put in by seed {options.seed}")
    with tempfile.TemporaryDirectory() as scratch, contextlib.ExitStack() as stack:
        verdict_on = verdict_of_drive if options.cold else warm_verdicts(stack.enter_context(warm.Pool(PYTHON)))
        programs = options.paths or sorted((HERE / "programs").iterdir()) + faults.write(Path(scratch), options.seed)
        checks = [(path.name, lambda path=path: judge(path, verdict_on)) for path in programs if options.only in path.name and can_run(path)]
        if not options.paths and (not options.only or options.only.startswith("public")):
            checks += [(name, check) for name, check in public_checks(scratch, options.seed, verdict_on) if options.only in name]
        behaviours = [] if options.paths else [(f"behaviour {name}", check) for name, check in behaviour.CHECKS.items()]
        checks += [(name, lambda check=check: check(drive)) for name, check in behaviours if options.only in name]
        with ThreadPoolExecutor(options.jobs) as threads:
            results = list(threads.map(lambda check: report(*check), checks))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{used.ru_utime + used.ru_stime:.0f} s of processor time")
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    return 0 if results and all(results) else 1


def verdict_of_drive(folder, *words):
    """The verdict of a driver of its own."""
    return drive(folder, *words)[1]


def warm_verdicts(pool):
    """Gives what asks for verdicts on programs whose runs are forks."""
    sys.path.insert(0, str(warm.TRACER))
    from seedwise_trace import verify

    def verdict(folder, *words):
        session = verify.Session(words, folder=folder, python=PYTHON, start=pool.starter())
        try:
            return verify.verify(session)
        finally:
            session.close()

    return verdict


def report(name, check):
    start = time.monotonic()
    try:
        problem = check()
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
    print(f"{'FAILED' if problem else 'ok':8}{name} ({time.monotonic() - start:.0f} s){': ' + problem if problem else ''}", flush=True)
    return not problem


def can_run(path):
    """Whether the interpreter has the library that a program needs; says where it has not."""
    needed = NEEDS.match(path.read_text(encoding="utf-8"))
    if needed is None or has(needed[1]):
        return True
    print(f"left out {path.name}: {PYTHON} has no {needed[1]}")
    return False


@functools.lru_cache(None)
def has(name):
    code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({name!r}) is None)"
    return subprocess.run([PYTHON, "-c", code]).returncode == 0


def public_checks(scratch, seed, verdict_on):
    """Scripts that others have written: each as it is, which repeats, and with one fault."""
    rows = [row for row in public.TABLE if all(has(name) or Path(public.APART, name).is_dir() for name in row["needs"])]
    if len(rows) < len(public.TABLE):
        print(f"left out {len(public.TABLE) - len(rows)} public scripts: {PYTHON} has not what they need")
    homes = public.sdists(Path(scratch, "public"), {row["package"] for row in rows})
    made = public.programs([row for row in rows if row["package"] in homes], homes, seed)
    return [(name, lambda row=row, lines=lines, wanted=wanted: judge_public(row, lines, wanted, verdict_on)) for name, row, lines, wanted in made]


def judge_public(row, lines, wanted, verdict_on):
    """What is wrong with the verdict on a script; `wanted` is the line and the cause of its fault."""
    folder = public.folder_of(row)
    try:
        Path(folder, "main.py").write_text("\n".join(lines), encoding="utf-8")
        verdict = verdict_on(folder, "main.py", *row["arguments"])
    finally:
        shutil.rmtree(folder)
    if wanted is None:
        return "" if verdict["result"] == "identical" else f"is said to part: {short(verdict)}"
    found = ((verdict["place"] or {}).get("line"), verdict["cause"])
    return "" if verdict["result"] == "parted" and found == wanted else f"wanted {wanted}, found {short(verdict)}"


def judge(path, verdict_on):
    """What is wrong with the verdict on a program; nothing if it is right."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(path, folder)
        verdict = verdict_on(folder, path.name)
    # What was made here is whole; what came as JSON has its parts beside it.
    untold = [each for each in verdict["evidence"] if "said" not in verdict and not hasattr(each, "english")]
    if untold:
        return f"no other language can say {untold}"
    wanted = marks(path)
    if not wanted:
        return "" if verdict["result"] == "identical" else f"is said to part: {short(verdict)}"
    place = verdict["place"] or {}
    found = (place.get("cell"), place.get("line"), verdict["cause"])
    return "" if verdict["result"] == "parted" and found in wanted else f"wanted {wanted}, found {short(verdict)}"


def marks(path):
    """The places and causes a program is marked with: (cell, line, cause)."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return [(None, line, cause) for line, cause in marked(text)]
    cells = json.loads(text)["cells"]
    return [(index, line, cause) for index, cell in enumerate(cells) for line, cause in marked(cell["source"])]


def marked(text):
    return [(index + 1, found[1]) for index, line in enumerate(text.split("\n")) for found in [MARK.search(line)] if found]


def drive(folder, *words, options=(), stdin=None):
    """Exit code and verdict of the driver on a program in a folder."""
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONHASHSEED", "PYTHONPATH")}
    done = subprocess.run(
        [PYTHON, "-W", "ignore", str(PACKAGE), *options, "--", *words],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        timeout=LIMIT_SECONDS,
    )
    if not done.stdout.strip():
        raise RuntimeError(f"no verdict\n{done.stderr}")
    return done.returncode, json.loads(done.stdout)


def short(verdict):
    place = verdict["place"] and f"line {verdict['place']['line']}"
    return f"{verdict['result']} {place} {verdict['cause']}: {' '.join(verdict['evidence'])} {verdict.get('traceback', '')}"


if __name__ == "__main__":
    sys.exit(main())
