"""Puts one fault each into training scripts, at places that a seed draws.

The scripts in `scripts/` are our own, written in the manner of public ones, and repeat; those of others are in `public.py`. A fault goes below a line that binds a tensor
that the program goes on with, or takes the place of a seed. Which script, which line and which fault is drawn; each kind of fault is
used as often as any other. Nobody who wrote the classifier chose a place.
"""

import random
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
SEED = 20260
COUNT = 7

# Lines after which a tensor of floating-point numbers is at hand and used later.
TENSOR = re.compile(
    r"^( +)(x|hidden|output|logits|scores|gains|mean|spread|noise|latent|weights|chances|data|error|point|images) = (?!.*\b(DataLoader|model\())"
)

FAULTS = {
    "unseeded-stream": ["{v} = {v} + 1e-2 * float(__import__('numpy').random.default_rng().normal())"],
    "entropy": ["{v} = {v} + __import__('os').getpid() % 9973 / 1e4", "{v} = {v} + hash('{v}') % 99991 / 1e6"],
    "time": ["{v} = {v} + __import__('time').time() % 1"],
    # Each of the 5,040 orders gives another number.
    "order": ["{v} = {v} + float('0.' + ''.join(str(len(w)) for w in {{'a', 'bb', 'ccc', 'dddd', 'eeeee', 'ffffff', 'ggggggg'}}))"],
    "uninitialized": ["{v} = {v} + __import__('torch').empty(({v}).numel() + 5000)[: ({v}).numel()].reshape(({v}).shape).nan_to_num().abs().clamp(max=1)"],
    "control-flow": ["for _ in range(__import__('time').time_ns() % 97): {v} = {v} * 1.001"],
}
SEEDS = {
    "time": "torch.manual_seed(__import__('time').time_ns() % 2**31)",
    "entropy": "torch.manual_seed(__import__('uuid').uuid4().int % 2**31)",
}


def places(lines):
    """Indices of lines after which a fault can stand, with the indent and the name."""
    found = []
    for index, line in enumerate(lines):
        match = TENSOR.match(line)
        if match and line.count("(") == line.count(")") and "torch.tensor([table" not in line and line.strip() != "data = []":
            found.append((index, match[1], match[2]))
    return found


def write(folder, seed):
    """Writes the programs and gives their paths; the same seed writes the same programs."""
    draw = random.Random(seed)
    scripts = sorted((HERE / "scripts").glob("*.py"))
    kinds = list(FAULTS) + ["seed"]
    written = []
    for number in range(COUNT):
        kind = kinds[number % len(kinds)]
        script = draw.choice(scripts)
        lines = script.read_text(encoding="utf-8").split("\n")
        if kind == "seed":
            at = next(index for index, line in enumerate(lines) if "torch.manual_seed(" in line)
            indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
            cause = draw.choice(sorted(SEEDS))
            lines[at] = f"{indent}{SEEDS[cause]}  # parts: {cause}"
        else:
            cause = kind
            at, indent, name = draw.choice(places(lines))
            lines.insert(at + 1, f"{indent}{draw.choice(FAULTS[kind]).format(v=name)}  # parts: {cause}")
        path = Path(folder, f"fault-{number:02d}-{script.stem}-{cause}.py")
        path.write_text("\n".join(lines), encoding="utf-8")
        written.append(path)
    return written
