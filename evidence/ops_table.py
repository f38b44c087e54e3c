"""The table of operations against the torch that is installed here.

Each name a row gives is there, and takes its arguments where the row says; each operation that the documentation of
`torch.use_deterministic_algorithms` names has a row, and a row that does in this version what the documentation says.
Rows about other packages are looked at where those are installed.
"""

import importlib
import inspect
import platform
import re
import sys
import warnings

import torch
from op_rows import behaviours, rows, title

warnings.filterwarnings("ignore")
# What the documentation of some version says and its code does not do; a line that is no longer needed fails.
STALE = {
    "torch.nn.ReflectionPad2d": "its alert went in 2.6",
    "torch.cumsum": "its alert went in 2.6",
}
NOT_HERE = object()
passed, failed, absent = 0, 0, set()


def check(holds, what):
    global passed, failed
    passed, failed = passed + bool(holds), failed + (not holds)
    if not holds:
        print("FAILED ", what)


def find(name):
    """What a dotted name leads to, its modules imported; NOT_HERE where nothing."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:length]))
        except (ImportError, RuntimeError):  # RuntimeError: torchvision beside a torch that it was not built for.
            continue
        for part in parts[length:]:
            found = getattr(found, part, NOT_HERE)
        return found
    return NOT_HERE


def full_name(spelling):
    return f"torch.Tensor.{spelling['name']}" if spelling["kind"] == "method" else spelling["name"]


def check_names(row):
    """A name that a version lacks would be one that nobody can write: the row has to go, or say until when it is."""
    package = next(spelling["name"] for spelling in row["spellings"] if spelling["kind"] != "method") if is_foreign(row) else "torch"
    package = package.split(".")[0]
    if find(package) is NOT_HERE:
        absent.add(package)
        return
    check(find(row["api"]) is not NOT_HERE, f"{title(row)}: there is no {row['api']}")
    for spelling in row["spellings"]:
        found = find(full_name(spelling))
        check(found is not NOT_HERE, f"{title(row)}: there is no {full_name(spelling)}")
        if found is NOT_HERE:
            continue
        check(callable(found), f"{title(row)}: {full_name(spelling)} cannot be called")
        if spelling["kind"] == "module":
            check(inspect.isclass(found) and issubclass(found, torch.nn.Module), f"{title(row)}: {full_name(spelling)} is no module")
        for argument, position in spelling.get("positions", {}).items():
            check_position(found, full_name(spelling), argument, position)


def is_foreign(row):
    return not row["api"].startswith("torch.")


def check_position(found, name, argument, position):
    """Only where the signature can be read: what is written in C has none. Arguments of a module's calls are its forward's."""
    is_module = inspect.isclass(found)
    for function in [found, found.forward] if is_module else [found]:
        try:
            names = [each for each in inspect.signature(function).parameters if each != "self"]
        except ValueError:
            return
        if names[position : position + 1] == [argument] or "args" in names:
            return check(True, name)
    return check(False, f"{name} has no {argument} at {position}: {names}")


def documented():
    """(name, section, modes) for every operation of the docstring; section is what it says happens under the switch."""
    text = torch.use_deterministic_algorithms.__doc__
    sections = {"deterministic": "will act\n    deterministically", "error": "operations will throw a\n    :class:`RuntimeError`"}
    for section, opening in sections.items():
        assert text.count(opening) == 1, f"the docstring has another form: {opening}"
        body = text.split(opening)[1].split("``mode=True``:")[1]
        body = re.split(r"\n    (?! )(?=\S)", body)[0]
        items = re.split(r"^ {8}\* ", body, flags=re.MULTILINE)[1:]
        assert len(items) > 15, f"the docstring has another form: {section}"
        for item in items:
            name = re.match(r":\w+:`~?([\w.]+)`", item)[1]
            yield name, section, re.findall(r"^ *- ``(\w+)``", item, flags=re.MULTILINE), " ".join(item.split())


def names_of(row):
    """Every way to write a row's operation, with and without the underscore of the method that works in place."""
    names = {row["api"], *map(full_name, row["spellings"])}
    return names | {name.rstrip("_") for name in names if not name.endswith("__")}


def check_documented(table):
    used = set()
    for name, section, modes, item in documented():
        matching = [row for row in table if name in names_of(row)]
        check(matching, f"no row for the documented {item}")
        does = {behaviour["flag"] for row in matching for behaviour in behaviours(row, torch.__version__)}
        if section not in does:
            used.add(name)
        check(section in does or name in STALE, f"documented, and not in a row: {item}")
        check(any(row["documented"] for row in matching), f"{name} is documented")
        for mode in modes:
            check(any(row["case"] == mode for row in matching), f"no row for the documented {name} {mode}")
    check(used == set(STALE), f"stale lines of the documentation: {sorted(used)}")


def main():
    table = list(rows().values())
    print(f"Python {platform.python_version()}, torch {torch.__version__}")
    for row in table:
        check_names(row)
    check_documented(table)
    for package in sorted(absent):
        print(f"Not looked at: {package} is not installed.")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
