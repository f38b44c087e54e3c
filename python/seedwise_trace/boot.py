"""Starts the tracer in a process: its stream, the hooks on modules as they are imported, and the end."""

import atexit
import importlib.abc
import json
import os
import sys
import traceback

from . import compiled, environment, loaders, processes, sites, sources, stream

CONFIG = "SEEDWISE_TRACE"
NAME = "SEEDWISE_STREAM"
# Beside the streams: what hooks of ours failed at, a line each.
TROUBLE = "trouble.log"


class _Finder(importlib.abc.MetaPathFinder):
    """Finds what the other finders find, and has a hook called when the module has been run."""

    def __init__(self, hooks):
        self.hooks, self.busy = hooks, set()

    def find_spec(self, name, path=None, target=None):
        if name not in self.hooks or name in self.busy:
            return None
        self.busy.add(name)
        try:
            for finder in sys.meta_path:
                if finder is not self and hasattr(finder, "find_spec"):
                    spec = finder.find_spec(name, path, target)
                    if spec is not None:
                        if spec.loader is not None and hasattr(spec.loader, "exec_module"):
                            spec.loader = _Loader(spec.loader, self.hooks[name])
                        return spec
            return None
        finally:
            self.busy.discard(name)


class _Loader(importlib.abc.Loader):
    """Loads by another loader, which the module then keeps as its own."""

    def __init__(self, loader, hook):
        self.loader, self.hook = loader, hook

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        module.__spec__.loader = self.loader
        module.__loader__ = self.loader
        self.loader.exec_module(module)
        attempt(self.hook, module)


def attempt(hook, *arguments):
    """Calls a hook of ours. The program must run on where one fails; what failed is said beside the streams."""
    try:
        hook(*arguments)
    except Exception as problem:
        config = stream.current.config if stream.current else json.loads(os.environ[CONFIG])
        told = {"hook": getattr(hook, "__name__", "?"), "problem": "%s: %s" % (type(problem).__name__, problem)}
        with open(os.path.join(config["folder"], TROUBLE), "a", encoding="utf-8") as file:
            file.write(json.dumps(dict(told, traceback=traceback.format_exc())) + "\n")


def start():
    """Called once, before any code of the program."""
    config = json.loads(os.environ[CONFIG])
    sites.set_root(config["root"])
    stream.current = stream.Stream(os.environ.get(NAME) or "main", config)
    processes.note_process(config)
    hooks = {}
    for module in (sources, loaders, processes, compiled):
        hooks.update(module.HOOKS)
    attempt(sources.install, config)
    attempt(environment.install, config)
    attempt(processes.install)
    sys.meta_path.insert(0, _Finder(hooks))
    for name, hook in hooks.items():
        if name in sys.modules:
            attempt(hook, sys.modules[name])
    if config.get("lines"):
        from . import lines

        attempt(lines.start, config)
    atexit.register(stream.close)
