"""Processes that a program starts: each gets a stream with a name that two runs share, by the order in which they are started."""

import os
import sys

from . import records, sites, stream

NAME = "SEEDWISE_STREAM"

_started = [0]
_next = [None]


def note_process(config):
    """Leaves this process's number where the driver finds it, to end it with the run."""
    folder = os.path.join(config["folder"], "processes")
    try:
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, str(os.getpid())), "w", encoding="utf-8"):
            pass
    except OSError:
        pass


def _child_name(kind):
    _started[0] += 1
    name = stream.current.name if stream.current else "main"
    return "%s.%s%d" % (name, kind, _started[0])


def switch(name):
    """This process's events go to a stream of this name from now on."""
    now = stream.current
    if now is None or (now.name == name and now.pid == os.getpid()):
        return
    stream.current = stream.Stream(name, now.config)
    stream.muted = 0
    _started[0] = 0
    os.environ[NAME] = name


def _after_fork():
    if stream.current is None:
        return
    name = _next[0] or "%s.fork%d" % (stream.current.name, _started[0])
    switch(name)
    note_process(stream.current.config)
    from . import sources

    sources.reseed_child()


def _before_fork():
    if stream.current is not None:
        stream.current.flush()
    if _next[0] is None:
        _started[0] += 1


def install():
    """Follows forks, replaced processes and quick ends."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=_before_fork, after_in_child=_after_fork)
    quick = os._exit

    def _exit(status):
        stream.close()
        quick(status)

    os._exit = _exit
    for name in ("execv", "execve"):
        if hasattr(os, name):
            setattr(os, name, _exec(getattr(os, name)))


def _exec(function):
    def replaced(path, args, *environment):
        now = stream.current
        if now is not None:
            now.flush()
            name = now.name + ".x"
            if environment:
                environment = (dict(environment[0], **{NAME: name}),)
            else:
                os.environ[NAME] = name
        return function(path, args, *environment)

    return replaced


def _hook_subprocess(module):
    init = module.Popen.__init__

    def __init__(self, *args, **kwargs):
        name = _child_name("sub")
        if stream.current is not None:
            stream.current.soft("process", 0, "subprocess")
        if kwargs.get("env") is None:
            if len(args) <= 10 or args[10] is None:
                kwargs["env"] = dict(os.environ, **{NAME: name})
                args = args[:10]
        else:
            kwargs["env"] = dict(kwargs["env"], **{NAME: name})
        return init(self, *args, **kwargs)

    module.Popen.__init__ = __init__


def _hook_process(module):
    start, bootstrap = module.BaseProcess.start, module.BaseProcess._bootstrap

    def begin(self):
        name = _child_name("process")
        self._seedwise = name
        if stream.current is not None:
            stream.current.soft("process", 0, "process")
        before, _next[0] = os.environ.get(NAME), name
        os.environ[NAME] = name
        try:
            return start(self)
        finally:
            # In a forked child this never runs: it goes on in _bootstrap and ends there.
            _next[0] = None
            if before is None:
                os.environ.pop(NAME, None)
            else:
                os.environ[NAME] = before

    def _bootstrap(self, *args, **kwargs):
        _next[0] = None
        switch(getattr(self, "_seedwise", None) or stream.current.name)
        if stream.current is not None:
            target = getattr(self, "_target", None)
            where = "%s.%s" % (getattr(target, "__module__", ""), getattr(target, "__name__", ""))
            if where in _SHARED_QUEUES:
                switch(stream.current.name + POOL)
                stream.current.reference = None
            elif where == _LOADER_WORKER:
                switch(stream.current.name + WORKER)
                stream.current.prefetches = True
        try:
            return bootstrap(self, *args, **kwargs)
        finally:
            stream.close()

    module.BaseProcess.start, module.BaseProcess._bootstrap = begin, _bootstrap
    sites.BOTTOMS.add(_bootstrap.__code__)


# What ends the names of streams that are not compared.
POOL = "-pool"
# What ends the names of a loader's workers.
WORKER = "-worker"
# Which of these processes gets which task is left to chance, and changes nothing where results are put in order.
_SHARED_QUEUES = ("multiprocessing.pool.worker", "concurrent.futures.process._process_worker")
# These fetch ahead, how far is left to chance.
_LOADER_WORKER = "torch.utils.data._utils.worker._worker_loop"

HOOKS = {"subprocess": _hook_subprocess, "multiprocessing.process": _hook_process}
