"""One run of the program: starts it in a session of its own, holds it to its limits, and ends every process it left."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

from .words import say

HERE = os.path.dirname(os.path.abspath(__file__))

_KEPT_BYTES = 1 << 20
_POLL_SECONDS = 0.02
_MEMORY_EVERY = 25
# After one process has parted, the others may write theirs: the first in the program's order is then the one to show.
_SETTLE_SECONDS = 0.15
_LEFT_SECONDS = 10


class Cancelled(Exception):
    """The user has ended the verification."""


cancelled = threading.Event()


class Run:
    """What came of a run."""

    def __init__(self, folder):
        self.folder, self.status, self.ended, self.output, self.errors, self.seconds = folder, None, "itself", "", "", 0.0

    def parts(self, drawn=False):
        """Where this run left the other: one report a process that did; with `drawn`, also draws that nothing was seen to read."""
        found = []
        for name in sorted(os.listdir(self.folder)):
            if name.endswith(".part.json") or drawn and name.endswith(".drawn.json"):
                with open(os.path.join(self.folder, name), encoding="utf-8") as file:
                    found.append(json.load(file))
        return found

    def files(self):
        """The files of the user's that the run's processes ran, relative to its folder where they lie in it."""
        found = set()
        for name in os.listdir(self.folder):
            if name.endswith(".files"):
                with open(os.path.join(self.folder, name), encoding="utf-8") as file:
                    found.update(_read_line(file.read()) or ())
        return sorted(found)

    def troubles(self):
        """What hooks of the tracer failed at, and a sentence for each kind; the hook of torch sees all operations."""
        try:
            with open(os.path.join(self.folder, "trouble.log"), encoding="utf-8") as file:
                told = [each for each in map(_read_line, file) if each]
        except OSError:
            return False, []
        kinds = sorted({(each["hook"].strip("_"), each["problem"].rstrip(".")) for each in told})
        said = [say("The tracer failed at `{0}`: {1}.", hook, problem) for hook, problem in kinds]
        return any(each["hook"] == "_hook_torch" for each in told), said

    def again(self, stream):
        """What the operation gave that this run was told to run again; None where it did not come to it."""
        try:
            with open(os.path.join(self.folder, stream + ".again.json"), encoding="utf-8") as file:
                return json.load(file)
        except OSError:
            return None

    def failed(self):
        """Whether the program could not be run: it ended by itself, and not well."""
        return self.ended in ("memory", "start") or (self.ended == "itself" and self.status not in (0, 98))


def _read_line(text):
    """A line of JSON; None for one that a process was ended in the middle of."""
    try:
        return json.loads(text)
    except ValueError:
        return None


class _Drain(threading.Thread):
    """Reads a pipe to its end and keeps its last part, whatever the program prints."""

    def __init__(self, pipe, most=_KEPT_BYTES):
        super().__init__(daemon=True)
        self.pipe, self.most, self.kept, self.total = pipe, most, bytearray(), 0
        self.start()

    def run(self):
        for block in iter(lambda: self.pipe.read1(1 << 16), b""):
            self.total += len(block)
            self.kept += block
            if len(self.kept) > 2 * self.most:
                del self.kept[: -self.most]
        self.pipe.close()

    def text(self):
        return bytes(self.kept[-self.most :]).decode("utf-8", "replace")


def start(command, work, variables, stdin):
    """Starts a command in a session of its own, to be ended as a whole."""
    return subprocess.Popen(
        command, cwd=work, env=variables, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )


def run(command, work, folder, config, environment, limits, stdin=None, start=start):
    """Runs `command` in `work`; the traces go to `folder`. Always ends all processes it started."""
    os.makedirs(folder, exist_ok=True)
    result = Run(folder)
    settings = dict(config, folder=folder, root=work, ends_at=time.time() + limits["minutes"] * 60)
    variables = dict(environment, SEEDWISE_TRACE=json.dumps(settings), SEEDWISE_RUN=folder)
    variables.pop("SEEDWISE_STREAM", None)
    variables["PYTHONPATH"] = os.pathsep.join(
        [os.path.join(HERE, "hook")] + ([environment["PYTHONPATH"]] if environment.get("PYTHONPATH") else [])
    )
    begun = time.monotonic()
    source = open(stdin, "rb") if stdin else open(os.devnull, "rb")
    try:
        process = start(command, work, variables, source)
    except OSError as problem:
        result.ended, result.errors = "start", str(problem)
        return result
    finally:
        source.close()
    out, err = _Drain(process.stdout), _Drain(process.stderr)
    try:
        result.ended = _wait(process, folder, limits, begun)
    finally:
        end_all(process, folder)
    for drain in (out, err):
        drain.join(_LEFT_SECONDS)
    result.status = process.returncode
    result.output, result.errors = out.text(), err.text()
    result.seconds = time.monotonic() - begun
    return result


def _wait(process, folder, limits, begun):
    """How the run ended: by itself, because it parted, or at a limit."""
    deadline = begun + limits["minutes"] * 60
    turn = 0
    while True:
        if cancelled.is_set():
            raise Cancelled()
        try:
            process.wait(_POLL_SECONDS)
            return _signal_of(folder) or "itself"
        except subprocess.TimeoutExpired:
            pass
        reason = _signal_of(folder)
        if reason:
            cancelled.wait(_SETTLE_SECONDS)
            return reason
        if time.monotonic() > deadline + 5:
            return "minutes"
        turn += 1
        if turn % _MEMORY_EVERY == 0 and limits.get("memory") and _memory(process.pid, folder) > limits["memory"] * (1 << 20):
            return "memory"


def _signal_of(folder):
    for name in os.listdir(folder):
        if name.endswith(".part.json"):
            return "parted"
        if name.endswith(".limit"):
            return "limit"
        if name.endswith(".same"):
            return "same"
    return None


def _processes(folder):
    """The numbers of the run's traced processes."""
    try:
        return [int(name) for name in os.listdir(os.path.join(folder, "processes")) if name.isdigit()]
    except OSError:
        return []


def _memory(leader, folder):
    """Bytes that the processes of a run hold; 0 where the system does not say."""
    total = 0
    for pid in {leader, *_processes(folder)}:
        try:
            with open("/proc/%d/statm" % pid, encoding="ascii") as file:
                total += int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, ValueError, IndexError):
            continue
    return total


def _is_ours(pid, folder):
    """Whether a process belongs to this run and not to whoever got its number since."""
    try:
        with open("/proc/%d/environ" % pid, "rb") as file:
            return ("SEEDWISE_RUN=" + folder).encode() in file.read().split(b"\0")
    except OSError:
        if os.path.isdir("/proc/self"):
            return False
    asked = subprocess.run(["ps", "-E", "-o", "command=", "-p", str(pid)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return ("SEEDWISE_RUN=" + folder).encode() in asked.stdout


def _everybody(folder):
    """All processes of a run, those that left its session too."""
    if not os.path.isdir("/proc/self"):
        return [pid for pid in _processes(folder) if _is_ours(pid, folder)]
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and _is_ours(int(name), folder)]


def end_all(process, folder):
    """Ends the program and every process it started: kindly, then not."""
    kill = getattr(signal, "SIGKILL", signal.SIGTERM)
    for number in (signal.SIGTERM, kill):
        if number == signal.SIGTERM and process.poll() is None:
            _signal_group(process, number)
            try:
                process.wait(0.5)
            except subprocess.TimeoutExpired:
                pass
            continue
        _signal_group(process, number)
        for _ in range(20):
            left = [pid for pid in _everybody(folder) if pid != os.getpid()]
            for pid in left:
                try:
                    os.kill(pid, number)
                except OSError:
                    pass
            if not left:
                break
            time.sleep(0.02)
    try:
        process.wait(_LEFT_SECONDS)
    except subprocess.TimeoutExpired:
        pass


def _signal_group(process, number):
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
    except OSError:
        pass


def python_of(given):
    """The interpreter that runs the program."""
    return given or sys.executable
