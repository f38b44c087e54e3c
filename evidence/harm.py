"""Repairs do no harm: programs are run before and after them, on real PyTorch.

Each program runs twice, in processes whose hash seeds differ; one that joins a group of processes runs as two ranks. What it
prints and what its names hold in the end is compared. After each step of a sequence of repairs
- what was equal in two runs before is equal in two runs,
- a program that ended well ends well, unless a switch that the step has turned on raises as it says,
- lines that begin with `differ` and a name, and were all different, are all different; and ranks whose output differed
  differ.
Programs that cannot run are counted by the reason. Each run is a fork of an interpreter that has imported torch.
"""

import argparse
import contextlib
import importlib
import json
import multiprocessing.context
import multiprocessing.popen_fork
import multiprocessing.process
import multiprocessing.util
import os
import random
import re
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import types
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMIT_SECONDS = 60
# So long a program may take that nobody wrote to be run; most of those that take longer wait for somebody.
SHORT_SECONDS = 4
# A draw of few values may come out equal by chance: before a step is blamed, the text in front of it runs so many times more.
MORE_RUNS = 6
MOST_OF_OTHERS = 100
RAISES_AS_ASKED = re.compile(r"does not have a deterministic implementation|torch\.use_deterministic_algorithms\(True\)")


def main():
    parser = argparse.ArgumentParser(description="Runs programs before and after repairs.")
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEEDWISE_SAMPLE", time.time_ns() % 1_000_000)))
    parser.add_argument("--most", type=int, default=MOST_OF_OTHERS, help="fixtures, examples and samples that are drawn")
    parser.add_argument("--only", default="", help="only programs with this in their name")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        return serve()

    started = time.monotonic()
    programs = [each for each in json.loads(node("programs")) if options.only in each["name"]]
    chooser = random.Random(options.seed)
    own = [each for each in programs if each["runs"]]
    others = [each for each in programs if not each["runs"]]
    chooser.shuffle(others)
    with Servers() as servers:
        counts = Counter()
        failures = Said()
        runnable = []
        reasons = Counter()
        for program in own + others:
            if not program["runs"] and sum(not each["runs"] for each in runnable) >= options.most:
                counts["not drawn"] += 1
                continue
            reason = why_not(program)
            result = None if reason else servers.run(program, {"text": program["text"], "ranked": is_ranked(program), "limit": LIMIT_SECONDS if program["runs"] else SHORT_SECONDS})
            reason = reason or reason_of(result)
            if reason is None:
                runnable.append(program)
            elif program["runs"]:
                failures.append(f"{program['name']} does not run: {reason}")
            else:
                reasons[reason] += 1
        graphs = json.loads(node("graphs", str(options.seed), given="\n".join(each["name"] for each in runnable)))
        by_name = {program["name"]: program for program in runnable}
        for graph in graphs:
            check(graph, by_name[graph["name"]], servers, counts, failures)
    for reason, count in reasons.most_common():
        print(f"{count} not run: {reason}")
    print(f"{len(runnable)} programs, {counts['texts']} texts, {counts['raises']} steps that raise as the switch says; "
          f"{counts['better']} made something repeat; {counts['not drawn']} not drawn; --seed {options.seed}; {time.monotonic() - started:.0f} s")
    print(f"{counts['steps'] - len(failures)} passed, {len(failures)} failed")
    return 1 if failures or counts["steps"] == 0 else 0


def node(*arguments, given=None):
    command = ["node", "--import", "tsx", "scripts/harm.ts", *arguments]
    return subprocess.run(command, cwd=ROOT, input=given, stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout


def is_ranked(program):
    return "init_process_group" in program["text"]


def why_not(program):
    """The reason why a program is not even tried."""
    text = program["text"]
    if program["path"].endswith(".ipynb"):
        return "a notebook"
    if re.search(r"\b(input|exec|system|Popen|urlopen|download)\s*\(", text):
        return "it asks somebody, starts a program or loads something"
    return None


def reason_of(result):
    outcomes = [outcome for runs in result for outcome in runs]
    for outcome in outcomes:
        if outcome["error"]:
            missing = re.search(r"No module named '([\w]+)", outcome["error"])
            return f"no {missing[1]}" if missing else outcome["error"].split(":")[0]
    return None if any(outcome["seen"] for outcome in outcomes) else "nothing to see"


def check(graph, program, servers, counts, failures):
    results = {}

    def result_of(index):
        if index not in results:
            counts["texts"] += 1
            results[index] = servers.run(program, graph["nodes"][index])
        return results[index]

    for edge in graph["edges"]:
        before, after = result_of(edge["from"]), result_of(edge["to"])
        if error_of(before):
            continue
        counts["steps"] += 1
        if error_of(after):
            # Two runs at once may have written to one place.
            after = results[edge["to"]] = servers.run(program, graph["nodes"][edge["to"]], at_once=False)
        error = error_of(after)
        if error and RAISES_AS_ASKED.search(error):
            counts["raises"] += 1
            continue
        harm = f"it ends with {error}" if error else harm_of(before, after)
        if harm and not error:
            again = [before, *(servers.run(program, graph["nodes"][edge["from"]]) for _ in range(MORE_RUNS // 2))]
            harm = harm_of(before, after, again)
            # What a repair breaks, it breaks in each pair; threads that draw by turns, and runs that load cuts short, do not.
            if harm and not all(harm_of(before, servers.run(program, graph["nodes"][edge["to"]]), again) for _ in range(MORE_RUNS // 2)):
                harm = None
        if harm:
            text = graph["nodes"][edge["to"]]["text"]
            failures.append(f"{program['name']}: \"{edge['title']}\" does harm: {harm}\n{text}")
        elif equal_keys(after) - equal_keys(before):
            counts["better"] += 1


def error_of(result):
    return next((outcome["error"] for runs in result for outcome in runs if outcome["error"]), None)


def harm_of(before, after, again=()):
    """What has got worse, also against more runs of the text before; None where nothing has."""
    shared = set(seen_of(before)[0]) & set(seen_of(after)[0])
    lost = (equal_keys(before) & shared) - equal_keys(after)
    for each in again:
        lost = {key for key in lost & equal_keys(each) if seen_of(each)[0][key] == seen_of(before)[0][key]}
    if lost:
        return f"{sorted(lost)[0]} was the same in two runs and is not any more"
    for name in sorted(set.intersection(distinct(before), *map(distinct, again))):
        if name not in distinct(after):
            return f"what `differ {name}` prints was different each time and is not any more"
    if len(before[0]) > 1 and all(map(ranks_differ, [before, *again])) and not ranks_differ(after):
        return "the ranks differed and do not any more"
    return None


def seen_of(result):
    """What each of the two runs showed, all ranks together, by a key."""
    runs = []
    for outcomes in result:
        seen = {}
        for rank, outcome in enumerate(outcomes):
            seen.update({f"rank {rank}, {key}" if len(outcomes) > 1 else key: value for key, value in outcome["seen"].items()})
        runs.append(seen)
    return runs


def equal_keys(result):
    first, second = seen_of(result)
    return {key for key in first if key in second and first[key] == second[key]}


def distinct(result):
    """The names of lines that are all different from each other, in both runs and over all ranks."""
    found = []
    for outcomes in result:
        lines = defaultdict(list)
        for outcome in outcomes:
            for key, line in outcome["seen"].items():
                marked = re.match(r"differ (\w+) (.*)", line) if key.startswith("line ") else None
                if marked:
                    lines[marked[1]].append(marked[2])
        found.append({name for name, values in lines.items() if len(values) > 1 and len(set(values)) == len(values)})
    return found[0] & found[1]


def ranks_differ(result):
    return all(len({json.dumps(outcome["seen"], sort_keys=True) for outcome in outcomes}) > 1 for outcomes in result)


class Said(list):
    """Failures, each of which is printed when it is found."""

    def append(self, failure):
        print(failure, flush=True)
        super().append(failure)


class Servers:
    """Two interpreters with other hash seeds, each of which runs every text once."""

    def __enter__(self):
        self.servers = []
        python = os.environ.get("PYTHON") or sys.executable
        for seed in ("1", "2"):
            environment = {**os.environ, "PYTHONHASHSEED": seed, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
            command = [python, "-W", "ignore", str(Path(__file__).resolve()), "--serve"]
            self.servers.append(subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"))
        return self

    def __exit__(self, *_):
        for server in self.servers:
            server.stdin.close()
            server.wait()

    def run(self, program, node, at_once=True):
        task = json.dumps({"path": program["path"], "beside": program["beside"], **node})
        results = [None] * len(self.servers)

        def ask(i, server):
            server.stdin.write(task + "\n")
            server.stdin.flush()
            results[i] = json.loads(server.stdout.readline())

        threads = [threading.Thread(target=ask, args=each) for each in enumerate(self.servers)]
        for thread in threads:
            thread.start()
            if not at_once:
                thread.join()
        for thread in threads:
            thread.join()
        return results


def serve():
    import numpy  # noqa: F401
    import torch
    import torch._dynamo  # noqa: F401
    import torch._inductor.config  # noqa: F401
    import torch.distributed  # noqa: F401
    import torch.multiprocessing  # noqa: F401
    import torch.utils.data  # noqa: F401

    for name in ("pandas", "sklearn.model_selection", "sklearn.linear_model"):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    torch.set_num_threads(1)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    for line in sys.stdin:
        answers.write(json.dumps(run(json.loads(line))) + "\n")
        answers.flush()


# Two ranks that meet and part within a moment may miss each other.
MISSED = re.compile(r"connectFullMesh|Connection (closed|reset|refused)")


def run(task):
    """What each rank of a program showed, and how it ended."""
    for _ in range(5):
        outcomes = run_once(task)
        if not any(outcome["error"] and MISSED.search(outcome["error"]) for outcome in outcomes):
            break
    return outcomes


def run_once(task):
    count = 2 if task["ranked"] else 1
    folders = [Path(tempfile.mkdtemp()) for _ in range(count)]
    port = free_port() if count > 1 else 0
    children = []
    for rank, folder in enumerate(folders):
        for file in [{"path": task["path"], "text": task["text"]}, *task["beside"]]:
            path = folder / "program" / file["path"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file["text"], encoding="utf-8")
        (folder / "work").mkdir()
        child = os.fork()
        if child == 0:
            child_main(folder, task["path"], rank, count, port)
        children.append(child)
    limit = task.get("limit", LIMIT_SECONDS)
    deadline = time.monotonic() + limit
    outcomes = []
    for child, folder in zip(children, folders):
        status = wait(child, deadline)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        outcomes.append(outcome_of(folder, status, limit))
        shutil.rmtree(folder, ignore_errors=True)
    return outcomes


def wait(child, deadline):
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        time.sleep(0.005)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def outcome_of(folder, status, limit):
    output = (folder / "out").read_text(encoding="utf-8", errors="replace") if (folder / "out").exists() else ""
    errors = (folder / "err").read_text(encoding="utf-8", errors="replace").strip() if (folder / "err").exists() else ""
    if status is None:
        return {"error": f"TimeoutError: still running after {limit} seconds", "seen": {}}
    if status != 0:
        return {"error": errors.rpartition("\n")[2] or f"ExitStatus: {status}", "seen": {}}
    lines = [re.sub(r"\b0x[0-9a-f]+", "0x", line) for line in output.splitlines()]
    # Processes that write at once have no order.
    ordered = sorted(lines) if (folder / "started").exists() else lines
    seen = {f"line {number}": line for number, line in enumerate(ordered, 1)}
    names = json.loads((folder / "names").read_text(encoding="utf-8")) if (folder / "names").exists() else {}
    return {"error": None, "seen": {**seen, **{f"`{name}`": value for name, value in names.items()}}}


def child_main(folder, path, rank, count, port):
    """The program, in a process of its own; never returns."""
    import numpy
    import torch

    os.setsid()
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdin, sys.stdout, sys.stderr = open(0), os.fdopen(os.dup(1), "w"), os.fdopen(os.dup(2), "w")
    if count > 1:
        os.environ.update(RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE=str(count), MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    script = str(folder / "program" / path)
    multiprocessing.context.SpawnProcess._Popen = staticmethod(lambda process: Anew(process, script, folder))
    sys.argv = [script]
    sys.path[0] = str(Path(script).parent)
    os.chdir(folder / "work")
    start_anew()
    try:
        held = runpy.run_path(script, run_name="__main__")
        (folder / "names").write_text(json.dumps(shown(held)), encoding="utf-8")
        if next(multiprocessing.process._process_counter) > 1:
            (folder / "started").touch()
        status = 0
    except SystemExit as exit:
        status = 0 if exit.code in (None, 0) else 1
        print(f"SystemExit: {exit.code}", file=sys.stderr)
    except BaseException as error:
        print(f"{type(error).__name__}: {' '.join(str(error).split())}", file=sys.stderr)
        status = 1
    with contextlib.suppress(Exception):
        # As at the end of any Python: what was started and never joined is waited for, or it would die before it prints.
        multiprocessing.util._exit_function()
        sys.stdout.flush(), sys.stderr.flush()
    os._exit(status)


def start_anew():
    """A fork has its parent's generators and switches; a process that starts up has new ones."""
    import numpy
    import torch

    torch.seed(), numpy.random.seed(), random.seed()
    torch.use_deterministic_algorithms(False)
    torch.backends.cudnn.benchmark = torch.backends.cudnn.deterministic = False


class Anew(multiprocessing.popen_fork.Popen):
    """Stands in for a process that is spawned, without importing torch once more: it runs the main file as a module first."""

    method = "spawn"

    def __init__(self, process, script, folder):
        self.script = script
        (folder / "started").touch()
        super().__init__(process)

    def _launch(self, process):
        bootstrap = process._bootstrap

        def started(*arguments, **named):
            start_anew()
            module = types.ModuleType("__mp_main__")
            module.__dict__.update(runpy.run_path(self.script, run_name="__mp_main__"))
            renewed = lambda value: getattr(module, value.__name__) if getattr(value, "__module__", "") == "__main__" else value
            process._target, process._args = renewed(process._target), tuple(map(renewed, process._args))
            return bootstrap(*arguments, **named)

        process._bootstrap = started
        super()._launch(process)


def shown(held):
    """What the names of a module hold, as far as it can be written down."""
    found = {}
    for name, value in held.items():
        text = None if name.startswith("_") else text_of(value)
        if text is not None:
            found[name] = text
    return found


def text_of(value, depth=0):
    import numpy
    import torch

    if isinstance(value, (bool, int, float, str, type(None))):
        return repr(value)
    if isinstance(value, torch.Tensor):
        return repr(value.detach().tolist()) if value.layout == torch.strided else None
    if isinstance(value, (numpy.ndarray, numpy.generic)):
        return repr(value.tolist()) if value.dtype != object else None
    if isinstance(value, torch.nn.Module):
        return text_of({name: each for name, each in value.state_dict().items() if isinstance(each, torch.Tensor)}, depth)
    if isinstance(value, (list, tuple, dict)) and depth < 3:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        texts = [(key, text_of(each, depth + 1)) for key, each in items]
        return repr(texts) if all(text is not None for _, text in texts) else None
    return None


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


if __name__ == "__main__":
    sys.exit(main())
