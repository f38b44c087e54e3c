"""What two machines may differ in before their runs do: versions, devices, threads, switches."""

import json
import os
import platform
import sys

from . import environment
from .words import say

_TITLES = {
    "python": "Python",
    "torch": "torch",
    "numpy": "NumPy",
    "system": say("The system"),
    "processor": say("The processor"),
    "devices": say("The devices"),
    "threads": say("The threads"),
    "capability": say("The vector instructions"),
    "deterministic": "use_deterministic_algorithms",
    "benchmark": "cudnn.benchmark",
    "cudnn": "cudnn.deterministic",
    "tf32": "allow_tf32",
    "precision": say("The precision of float32 products"),
    "hash": "PYTHONHASHSEED",
    "workspace": "CUBLAS_WORKSPACE_CONFIG",
}


def about():
    """Facts of this process, as it ends, when the program has set what it sets."""
    facts = {"python": platform.python_version(), "system": platform.system(), "processor": platform.machine()}
    facts["hash"] = os.environ.get("PYTHONHASHSEED")
    facts["environment"] = environment.read()
    facts["workspace"] = os.environ.get("CUBLAS_WORKSPACE_CONFIG")
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is not None:
        facts["numpy"] = getattr(numpy, "__version__", None)
    if torch is None:
        return facts
    asked = {
        "torch": lambda: torch.__version__,
        "threads": torch.get_num_threads,
        "capability": lambda: torch.backends.cpu.get_cpu_capability(),
        "deterministic": lambda: torch.are_deterministic_algorithms_enabled(),
        "benchmark": lambda: torch.backends.cudnn.benchmark,
        "cudnn": lambda: torch.backends.cudnn.deterministic,
        "tf32": lambda: torch.backends.cuda.matmul.allow_tf32,
        "precision": lambda: torch.get_float32_matmul_precision(),
        "devices": lambda: [torch.cuda.get_device_name(each) for each in range(torch.cuda.device_count())],
    }
    for name, ask in asked.items():
        try:
            facts[name] = ask()
        except Exception:
            continue  # Not every version can be asked for everything.
    return facts


def write(path):
    """Leaves this process's facts beside its stream."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump(about(), file)


def read(path):
    """Facts that a process left; none where it could not."""
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def differences(there, here):
    """One sentence for each fact in which two machines differ."""
    found = []
    for name, title in _TITLES.items():
        if there.get(name) != here.get(name):
            found.append(say("{0}: {1} there, {2} here.", title, _said(there.get(name)), _said(here.get(name))))
    ours, theirs = here.get("environment", {}), there.get("environment", {})
    for name in sorted(ours.keys() & theirs.keys()):
        if ours[name] != theirs[name]:
            way = say("it is not set here") if not ours[name] else say("it is not set there") if not theirs[name] else say("its values differ")
            found.append(say("The program reads the environment variable `{0}`: {1}.", name, way))
    return found


def _said(value):
    return say("none") if value in (None, []) else ", ".join(map(str, value)) if isinstance(value, list) else str(value)
