"""What is to be run: a file, a module, a notebook, or a launcher that starts the file in several processes."""

import json
import os
import re
from importlib import metadata

from .words import say

# Commands that are modules: what is typed, and what Python runs for it.
LAUNCHERS = {
    "torchrun": ["torch.distributed.run"],
    "accelerate": ["accelerate.commands.accelerate_cli"],
    "lightning": ["lightning.pytorch.cli"],
    "deepspeed": ["deepspeed.launcher.runner"],
}

_PRELUDE = "import builtins as _b; _b.display = print; _b.get_ipython = lambda: None; del _b\n"


class Target:
    """A program as Python is to run it: `command` goes behind the interpreter."""

    def __init__(self, command, name, notebook=None, module=None):
        # The module that a function of a project is in, which is a command of its.
        self.command, self.name, self.notebook, self.module = command, name, notebook, module


class Notebook:
    """The cells of a notebook as one program, and the way back from its lines."""

    def __init__(self, path, program, starts):
        self.path, self.program, self.starts = path, program, starts
        # The file that stands for it in a copy of its folder.
        self.stand_in = path[: -len(".ipynb")] + ".notebook.py"

    def place(self, line):
        """The cell, from 0, and the line in it, from 1."""
        cell, first = 0, 1
        for index, start in self.starts:
            if start <= line:
                cell, first = index, start
        return cell, line - first + 1


def read_notebook(path):
    """The code of a notebook as text, with magics left out. Raises ValueError for what is none."""
    try:
        with open(path, encoding="utf-8") as file:
            cells = json.load(file)["cells"]
        lines, starts = _PRELUDE.splitlines(), []
        for index, cell in enumerate(cells):
            if cell.get("cell_type") != "code":
                continue
            source = cell.get("source", "")
            source = source if isinstance(source, str) else "".join(source)
            starts.append((index, len(lines) + 1))
            lines += _plain(source.splitlines())
        return "\n".join(lines) + "\n", starts
    except json.JSONDecodeError as problem:
        raise ValueError(say("{0} is no notebook: its line {1} is no JSON", path, problem.lineno))
    except OSError as problem:
        raise ValueError(say("{0} cannot be read: {1}", path, problem))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ValueError(say("{0} is no notebook: it has no cells", path))


def _plain(lines):
    """Cell magics and shell commands do nothing here; the body of `%%time` and its like runs."""
    if lines and lines[0].lstrip().startswith("%%"):
        runs = lines[0].split()[0] in ("%%time", "%%timeit", "%%capture")
        return ["pass"] + (_plain(lines[1:]) if runs else ["" for _ in lines[1:]])
    out = []
    for line in lines:
        bare = line.lstrip()
        indent = line[: len(line) - len(bare)]
        if bare.startswith(("%", "!")) or bare.endswith("?") and bare[:-1].replace(".", "").isidentifier():
            line = indent + "pass"
        out.append(line)
    return out


def target_of(words, module, folder):
    """The target that a command line names. Raises ValueError with a sentence for what cannot be run."""
    if not words:
        raise ValueError(say("there is nothing to run"))
    name, arguments = words[0], list(words[1:])
    if module:
        return Target(["-m", name] + arguments, name)
    path = os.path.join(folder, name)
    if not os.path.exists(path) and name in LAUNCHERS:
        return Target(["-m"] + LAUNCHERS[name] + arguments, name)
    if not os.path.isfile(path) and not os.path.isfile(os.path.join(path, "__main__.py")):
        function = name if _FUNCTION.fullmatch(name) else _installed(name)
        if function:
            return Target(["-c", _CALLS % (name, function)] + arguments, name, module=function.split(":")[0])
        raise ValueError(say("there is no file '{0}'", name))
    if name.endswith(".ipynb"):
        program, starts = read_notebook(path)
        notebook = Notebook(name, program, starts)
        return Target([notebook.stand_in] + arguments, name, notebook)
    return Target([name] + arguments, name)


# `pkg.cli:main`, as manifests write the function of a command.
_FUNCTION = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")

# The folder's own package comes first, be it beside the manifest or in `src`: of what is run in a copy, the copy is meant.
_CALLS = """
import os, sys
from importlib.metadata import EntryPoint
sys.argv[0], function = %r, %r
package = function.split(":")[0].split(".")[0]
source = os.path.abspath("src")
if os.path.exists(os.path.join(source, package)) or os.path.exists(os.path.join(source, package + ".py")):
    sys.path.insert(0, source)
sys.exit(EntryPoint(sys.argv[0], function, "console_scripts").load()())
"""


def _installed(name):
    """The function of a command that is installed where the program runs; None where there is none of this name."""
    entries = metadata.entry_points()
    scripts = entries.select(group="console_scripts") if hasattr(entries, "select") else entries.get("console_scripts", ())
    return next((each.value.split("[")[0].strip() for each in scripts if each.name == name), None)


def file_of(target, folder):
    """The user's file that a target begins in, relative to the folder; None where none is to be seen."""
    if target.notebook:
        return target.notebook.path
    words = list(target.command)
    module = target.module or (words[1] if words[0] == "-m" else None)
    if module:
        stem = os.path.join(*module.split("."))
        files = [stem + ".py", os.path.join(stem, "__main__.py" if target.module is None else "__init__.py")]
        files += [os.path.join("src", each) for each in files if target.module]
        words = files + [word for word in words[2:] if word.endswith(".py")]
    return next((word.replace(os.sep, "/") for word in words if os.path.isfile(os.path.join(folder, word))), None)


def prepare(target, work):
    """Writes what a run needs into its folder."""
    if target.notebook:
        with open(os.path.join(work, target.command[0]), "w", encoding="utf-8") as file:
            file.write(target.notebook.program)
