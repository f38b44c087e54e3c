"""Runs what `snippets/python.json` inserts, with every placeholder at its default, and asserts that it does what it says."""

import json
import re
import sys
import types
from pathlib import Path

import torch

PLACEHOLDER = re.compile(r"\$\{(\d+):([^}]*)\}|\$(\d+)")
IMPORTS = "import random\n\nimport numpy as np\nimport torch\nfrom torch.utils.data import DataLoader\n\n"


def expand(body):
    """The text VS Code inserts when every placeholder is left as it is."""
    text = "\n".join(body)
    defaults = {number: value for number, value, _ in PLACEHOLDER.findall(text) if number}
    return PLACEHOLDER.sub(lambda match: defaults.get(match[1] or match[3], ""), text)


def insert(name, **names):
    names["__name__"] = "snippet"
    exec(compile(IMPORTS + expand(SNIPPETS[name]["body"]), name, "exec"), names)
    return names


def draws(names):
    return names["random"].random(), names["np"].random.rand(), torch.rand(1).item()


SNIPPETS = json.loads((Path(__file__).resolve().parent.parent / "snippets" / "python.json").read_text(encoding="utf-8"))

for name in SNIPPETS:
    compile(expand(SNIPPETS[name]["body"]), name, "exec")

for name in ("Seed block", "Seed block with deterministic algorithms"):
    assert draws(insert(name)) == draws(insert(name)), name
    assert torch.are_deterministic_algorithms_enabled() == ("algorithms" in name), name
torch.use_deterministic_algorithms(True)

worker = insert("seed_worker")
torch.manual_seed(2**40)
worker["seed_worker"](0)
first = worker["np"].random.rand(), worker["random"].random()
worker["seed_worker"](1)
assert first == (worker["np"].random.rand(), worker["random"].random()), "the worker's torch seed alone decides"

orders = []
for _ in range(2):
    loader = insert("Seeded DataLoader", dataset=range(64), seed_worker=worker["seed_worker"])["loader"]
    assert loader.num_workers == 2 and loader.worker_init_fn is worker["seed_worker"]
    loader = torch.utils.data.DataLoader(range(64), batch_size=32, sampler=loader.sampler, generator=loader.generator)
    orders.append([torch.cat(list(loader)).tolist() for _ in range(2)])
assert orders[0] == orders[1] and orders[0][0] != orders[0][1], "repeats between runs, differs between epochs"

select = insert("deterministic_index_select")["deterministic_index_select"]
x = torch.randn(3, 5, 4, dtype=torch.float64)
for dim in range(-3, 3):
    index = torch.randint(0, x.shape[dim], (9,))
    one, other = (x.clone().requires_grad_() for _ in range(2))
    weights = torch.randn_like(torch.index_select(x, dim, index))
    assert torch.equal(torch.index_select(one, dim, index), select(other, dim, index)), dim
    (torch.index_select(one, dim, index) * weights).sum().backward()
    (select(other, dim, index) * weights).sum().backward()
    assert torch.allclose(one.grad, other.grad), dim

states = insert("Save and restore random states")
saved = states["get_rng_states"]()
ahead = draws(states)
assert draws(states) != ahead
states["set_rng_states"](saved)
assert draws(states) == ahead

# Stand-ins for the user's file and for TensorBoard, which keep what they are told.
recorded = []


class Recorder:
    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def add_scalar(self, name, value, step):
        recorded.append((self.folder, name, step, value))


def train(seed):
    torch.manual_seed(seed)
    return [torch.rand(1).item() for _ in range(2)]


for module in ("torch.utils.tensorboard", "tensorboardX"):
    sys.modules[module] = types.SimpleNamespace(SummaryWriter=Recorder)
sys.modules["train"] = types.SimpleNamespace(main=train)
comparison = insert("Run comparison")
printed = []
comparison["print"] = printed.append
comparison["compare"]()
first = list(recorded)
comparison["compare"]()
assert recorded == first * 2 and len(first) == 10 and len({value for *_, value in first}) == 10, first
(told, again) = printed
assert told == again and re.fullmatch(r"loss: 0\.\d+ ± 0\.\d+ \(5 seeds\)", told), told
