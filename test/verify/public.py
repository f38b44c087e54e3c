"""Training scripts that others have written, as PyPI has them in pinned packages, each with one fault at a place that a seed draws.

Nothing of theirs is kept here: `public.json` says which package has which script, with which arguments and constants it takes seconds
on a processor, and which data it wants; these are made up. Seeds are put on top, so that each script repeats before its fault; one
that parted all the same has faults of its own, which are mended, and left in one by one.
Where a fault can stand is asked of the script itself: one run of it notes which lines bind a tensor of floating-point numbers.
"""

import ast
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import faults

HERE = Path(__file__).resolve().parent
PYTHON = os.environ.get("PYTHON") or sys.executable
# How many programs are made of them.
COUNT = 20
TABLE = json.loads((HERE / "public.json").read_text(encoding="utf-8"))
SEEDED = "import random as _r, numpy as _n, torch as _t; _r.seed(0); _n.random.seed(0); _t.manual_seed(0)"
# PyPI has torchvision for CUDA. Where there is none its operators are not loaded, but it asks for two of them when it is imported; and
# where it is there, other libraries import it, so that it may lie apart.
APART = Path(PYTHON).absolute().parent.parent / "torchvision" / "site-packages"
WITHOUT_CUDA = (
    """; [_t.library.define("torchvision::" + each, "(Tensor a, Tensor b, float c) -> Tensor") for each in ("nms", "qnms") if not hasattr(_t.ops.torchvision, each)]"""
    f"; __import__('sys').path.append({str(APART)!r})"
)
NOTED = ".noted"
PROBE = f"""def _probe(line, value):
    import torch
    if isinstance(value, torch.Tensor) and value.is_floating_point() and value.numel() and value.device.type == "cpu":
        with open({NOTED!r}, "a") as file:
            print(line, file=file)
"""
LISTED = "listed"
FAULTS = dict(
    faults.FAULTS,
    # Only a run that finds its listings in another order shows it on one machine.
    listing=["{v} = {v} + len(__import__('os').listdir('" + LISTED + "')[0]) / 1e3"],
)
CAUSES = {"listing": "order"}


def sdists(folder, packages):
    """Fetches the sources of packages and gives where each was unpacked; one that cannot be had has none."""
    found = {}
    for package in sorted(packages):
        target = Path(folder, package)
        command = [PYTHON, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        command += ["--no-deps", "--no-binary", ":all:", "--dest", str(target), package]
        if subprocess.run(command, stdout=subprocess.DEVNULL).returncode:
            continue
        archive = next(target.glob("*.tar.gz"))
        with tarfile.open(archive) as file:
            file.extractall(target, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
        found[package] = target / archive.name[: -len(".tar.gz")]
    return found


def digits(folder):
    """A handful of pictures in the format of MNIST, under the names that its readers look for."""
    raw = Path(folder, "MNIST", "raw")
    raw.mkdir(parents=True)
    draw = random.Random(1)
    for name, count in (("train", 48), ("t10k", 16)):
        (raw / f"{name}-images-idx3-ubyte").write_bytes(struct.pack(">4i", 2051, count, 28, 28) + draw.randbytes(count * 784))
        (raw / f"{name}-labels-idx1-ubyte").write_bytes(struct.pack(">2i", 2049, count) + bytes(draw.randrange(10) for _ in range(count)))


def names(folder):
    """Names of many languages, a file each: a set of few names has the same order in two processes too often."""
    Path(folder).mkdir()
    draw = random.Random(2)
    for language in ("Abc", "Def", "Ghi", "Klm", "Nop", "Qrs", "Tuv", "Wxy"):
        words = ["".join(draw.choice("abcdefghiklmnorstu") for _ in range(draw.randrange(3, 8))) for _ in range(9)]
        Path(folder, f"{language}.txt").write_text("\n".join(words) + "\n", encoding="utf-8")


MAKERS = {"digits": digits, "names": names}


def folder_of(row):
    """A new folder with all that a script reads."""
    folder = tempfile.mkdtemp(prefix="seedwise-public-")
    for kind, make in MAKERS.items():
        if kind in row:
            make(os.path.join(folder, row[kind]))
    os.mkdir(os.path.join(folder, LISTED))
    for name in ("a", "bbbbbbb", "cccccccccccc", "dddd"):
        Path(folder, LISTED, name).touch()
    return folder


def seeded(row, home, without=None):
    """The script with seeds, smaller constants and what it needs to repeat, as lines; but for the mend of a number."""
    text = (home / row["script"]).read_text(encoding="utf-8")
    changes = list(row.get("smaller", {}).items())
    changes += [(old, new) for number, (old, new, _) in enumerate(row.get("mends", ())) if number != without]
    for old, new in changes:
        if old not in text:
            raise ValueError(f"{row['script']} has no {old}")
        text = text.replace(old, new)
    lines = text.split("\n")
    body = ast.parse(text).body
    heads = [each for each in body if isinstance(each, ast.ImportFrom) and each.module == "__future__"]
    at = max((each.end_lineno for each in heads), default=body[0].lineno - 1)
    lines.insert(at, SEEDED + (WITHOUT_CUDA if "torchvision" in text else ""))
    return lines


def _head(lines):
    return next(index for index, line in enumerate(lines) if line.startswith(SEEDED))


def _seed_of(lines):
    """The script's own seed of torch, or else ours: the index of its line, and its text."""
    text = "\n".join(lines)
    own = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and ast.unparse(node.func) == "torch.manual_seed"]
    return (own[0].lineno - 1, ast.get_source_segment(text, own[0])) if own else (_head(lines), "_t.manual_seed(0)")


def bindings(lines):
    """Statements that bind one name that is read again in the same function: (first line, last line, indent, name), from 1."""
    found = []
    tree = ast.parse("\n".join(lines))
    bodies = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.Module))]
    for body in bodies:
        own = list(_own(body))
        reads = [(node.id, node.lineno) for node in own if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
        for node in own:
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                name = node.targets[0].id
                if any(each == name and line > node.end_lineno for each, line in reads):
                    found.append((node.lineno, node.end_lineno, node.col_offset, name))
    return found


def _own(body):
    """The nodes of a function without those of functions inside."""
    todo = list(ast.iter_child_nodes(body))
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.Lambda, ast.ClassDef)):
            todo += ast.iter_child_nodes(node)


def places(row, lines):
    """Where a tensor of floating-point numbers was bound when the script ran: (last line, indent, name)."""
    probed = list(lines)
    candidates = bindings(lines)
    for _, last, indent, name in sorted(candidates, reverse=True):
        probed.insert(last, f"{' ' * indent}_probe({last}, {name})")
    at = _head(lines)
    probed[at] = PROBE.rstrip("\n") + "\n" + probed[at]
    folder = folder_of(row)
    try:
        Path(folder, "main.py").write_text("\n".join(probed), encoding="utf-8")
        command = [PYTHON, "-W", "ignore", "main.py", *row["arguments"]]
        done = subprocess.run(command, cwd=folder, capture_output=True, stdin=subprocess.DEVNULL, encoding="utf-8")
        if done.returncode:
            raise RuntimeError(f"{row['script']} cannot be run: {done.stderr[-2000:]}")
        noted = {int(each) for each in Path(folder, NOTED).read_text().split()}
    finally:
        shutil.rmtree(folder)
    return sorted({(last, indent, name) for _, last, indent, name in candidates if last in noted})


def programs(rows, homes, seed):
    """Each script as it is, and COUNT programs with a fault: (name, row, lines, the line and the cause, or None)."""
    draw = random.Random(seed)
    texts = [seeded(row, homes[row["package"]]) for row in rows]
    found = [(f"public {row['package']}/{row['script']}", row, lines, None) for row, lines in zip(rows, texts)]
    for row in rows:
        for number, (old, _, cause) in enumerate(row.get("mends", ())):
            lines = seeded(row, homes[row["package"]], without=number)
            at = next(index for index, line in enumerate(lines) if old.split("\n")[0] in line)
            found.append((f"public {row['package']}/{row['script']} as it is at line {at + 1}", row, lines, (at + 1, cause)))
    spots = [places(row, lines) for row, lines in zip(rows, texts)]
    kinds = [*FAULTS, "seed"]
    for number in range(COUNT if rows else 0):
        kind = kinds[number % len(kinds)]
        # Each script gets other kinds of faults in each round.
        index = (number + number // len(kinds)) % len(rows)
        lines = list(texts[index])
        if kind == "seed":
            cause = draw.choice(sorted(faults.SEEDS))
            at, seed = _seed_of(lines)
            lines[at] = lines[at].replace(seed, faults.SEEDS[cause].replace("torch.", seed.partition("manual_seed")[0], 1))
        else:
            cause = CAUSES.get(kind, kind)
            at, indent, name = draw.choice(spots[index])
            lines.insert(at, " " * indent + draw.choice(FAULTS[kind]).format(v=name))
        row = rows[index]
        found.append((f"public {row['package']}/{row['script']} with {kind} at line {at + 1}", row, lines, (at + 1, cause)))
    return found
