"""Interpreters that have imported torch already and give each run a fork of their own, so that a run does not pay for the import.

A run is started in one process and ends in another only in what tests ask of it: a fork gets the program's arguments, folder, variables and
streams, generators seeded by the operating system as in a new process, and the tracer before any code of the program. What a fork cannot
be given anew is the seed of `hash()`, so there are several interpreters, and the runs of one verification take turns among them.
"""

import array
import json
import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

TRACER = Path(__file__).resolve().parent.parent.parent / "python"
# A verification holds a third run against two, each with a hash seed of its own.
OTHERS = 3
MOST_BYTES = 1 << 20


class Started:
    """A run as `subprocess.Popen` has one, as far as the driver asks."""

    def __init__(self, pid, line, stdout, stderr):
        self.pid, self.line, self.stdout, self.stderr, self.returncode = pid, line, stdout, stderr, None

    def poll(self):
        if self.returncode is None and select.select([self.line], [], [], 0)[0]:
            self._read()
        return self.returncode

    def wait(self, seconds=None):
        if self.returncode is None and not select.select([self.line], [], [], seconds)[0]:
            raise subprocess.TimeoutExpired("a fork", seconds)
        return self.returncode if self.returncode is not None else self._read()

    def _read(self):
        told = self.line.recv(64)
        self.returncode = int(told) if told else -signal.SIGKILL
        self.line.close()
        return self.returncode


class Interpreter:
    """One interpreter that waits with torch imported, and its end of the line to it."""

    def __init__(self, python, hash_seed=None):
        self.line, other = socket.socketpair()
        variables = {key: value for key, value in os.environ.items() if key != "PYTHONHASHSEED"}
        if hash_seed is not None:
            variables["PYTHONHASHSEED"] = hash_seed
        command = [python, "-W", "ignore", __file__, str(other.fileno())]
        self.process = subprocess.Popen(command, pass_fds=[other.fileno()], env=variables, start_new_session=True)
        other.close()

    def start(self, command, folder, variables, stdin):
        """Runs a command of Python's in a fork."""
        own, other = socket.socketpair()
        out, out_there = os.pipe()
        err, err_there = os.pipe()
        given = [stdin.fileno(), out_there, err_there, other.fileno()]
        text = json.dumps({"command": command[1:], "folder": folder, "variables": variables}).encode()
        self.line.sendmsg([text], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", given))])
        os.close(out_there)
        os.close(err_there)
        other.close()
        pid = int(own.recv(64))
        own.send(b"k")
        return Started(pid, own, open(out, "rb"), open(err, "rb"))

    def close(self):
        self.line.close()
        self.process.wait()


class Pool:
    """The interpreters that all verifications share."""

    def __init__(self, python):
        self.python = python
        self.others = [Interpreter(python) for _ in range(OTHERS)]
        self.seeded = {}

    def starter(self):
        """What starts the runs of one verification."""
        count = [0]

        def start(command, folder, variables, stdin):
            hash_seed = variables.get("PYTHONHASHSEED")
            if hash_seed is not None:
                if hash_seed not in self.seeded:
                    self.seeded[hash_seed] = Interpreter(self.python, hash_seed)
                return self.seeded[hash_seed].start(command, folder, variables, stdin)
            count[0] += 1
            return self.others[count[0] % OTHERS].start(command, folder, variables, stdin)

        return start

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for each in [*self.others, *self.seeded.values()]:
            each.close()


def serve(line):
    """Gives a fork to each request, until the line is closed."""
    import gc

    import numpy
    import torch
    import torch.utils.data

    if hasattr(torch, "compile"):
        import torch._dynamo

    del numpy, torch
    # What is never collected is never written to, and stays shared with every fork.
    gc.freeze()
    while True:
        reap(os.WNOHANG)
        text, rights, _, _ = line.recvmsg(MOST_BYTES, socket.CMSG_LEN(16))
        if not text:
            reap(0)
            return None
        given = array.array("i")
        given.frombytes(rights[0][2])
        if os.fork() == 0:
            line.close()
            return keep(json.loads(text), list(given))
        for number in given:
            os.close(number)


def reap(how):
    """Takes note of forks that have ended."""
    try:
        while os.waitpid(-1, how)[0]:
            pass
    except ChildProcessError:
        pass


def keep(request, given):
    """Between the two: starts the run, waits for it, and says how it ended. Gives the request in the run itself."""
    teller = socket.socket(fileno=given.pop())
    pid = os.fork()
    if pid:
        teller.send(str(pid).encode())
        _, status = os.waitpid(pid, 0)
        teller.send(str(os.waitstatus_to_exitcode(status)).encode())
        os._exit(0)
    os.setsid()
    for number, other in enumerate(given):
        os.dup2(other, number)
        os.close(other)
    # Whoever asked knows the number of this process by then.
    teller.recv(1)
    teller.close()
    return request


def become(request):
    """Makes this fork what a new process would be, starts the tracer, and gives what runs the program."""
    import random
    import runpy
    import types

    import numpy
    import torch

    random.seed()
    numpy.random.seed()
    torch.seed()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["variables"])
    words = request["command"]
    is_module = words[0] == "-m"
    sys.argv[:] = ["-m", *words[2:]] if is_module else words
    path = os.path.abspath(words[0])
    sys.path[0] = request["folder"] if is_module else os.path.dirname(path)
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    sys.path.insert(1, str(TRACER))
    from seedwise_trace import boot, sites

    del sys.path[1]
    # The frames of this file stand below those of the program, and are none of its.
    sites._of_user[__file__] = False
    boot.start()
    if is_module:
        return lambda: runpy._run_module_as_main(words[1], alter_argv=True)
    main.__file__ = path
    main.__builtins__ = __builtins__
    with open(path, "rb") as file:
        code = compile(file.read(), path, "exec", dont_inherit=True)
    return lambda: exec(code, main.__dict__)


def live(program):
    """Runs a program to its end as Python does, but for taking torch down, which costs more than most of these programs."""
    import atexit
    import threading

    status = 0
    try:
        program()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if status and not isinstance(end.code, int):
            print(end.code, file=sys.stderr)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    asked = serve(socket.socket(fileno=int(sys.argv[1])))
    if asked:
        live(become(asked))
