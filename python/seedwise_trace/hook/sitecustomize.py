"""What Python imports at the start of each process of a traced program: starts the tracer, and leaves no trace on `sys.path`."""

import importlib.machinery
import importlib.util
import os
import sys


def _start():
    here = os.path.dirname(os.path.abspath(__file__))
    home = os.path.dirname(os.path.dirname(here))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    if os.environ.get("SEEDWISE_TRACE"):
        sys.path.insert(0, home)
        try:
            from seedwise_trace import boot
        finally:
            sys.path.remove(home)
        boot.start()
    # The one that this file hides.
    hidden = importlib.machinery.PathFinder.find_spec("sitecustomize", sys.path)
    if hidden and hidden.loader:
        module = importlib.util.module_from_spec(hidden)
        sys.modules["sitecustomize"] = module
        hidden.loader.exec_module(module)


_start()
