"""Runs the operations of the table and records what they do: on a CUDA device all of them, on the CPU those that it can decide.

Each case of `op_cases.py` runs many times on the same inputs with `use_deterministic_algorithms` off, on, and on with
`warn_only=True`, forward and where it has a gradient backward; what contradicts its row fails (`op_rows.py` says when).
On CUDA the observations are written to `results/<device>-torch-<version>.json`, which the unit tests compare with the table
from then on. With `--device cpu` nothing is written: rows about the CPU are compared, and of the others no case may raise,
nor differ under the switch. Without CUDA, and without `--device cpu`, the program says so and ends with status 2.
"""

import argparse
import importlib
import json
import platform
import re
import sys
import warnings
from collections import Counter
from pathlib import Path

import torch
import torch.nn.functional as F
from op_cases import CASES
from op_rows import ALERT, compare, contradictions, rows
from torch import nn

MODES = {"off": (False, False), "on": (True, False), "warn_only": (True, True)}
TIMES = {"cuda": 20, "cpu": 8}
PACKAGES = ("torchvision", "torch_geometric", "torch_scatter")


def scope_of(device):
    """The names that cases use."""
    is_large = device == "cuda"

    def tensor(*shape):
        return torch.randn(shape, device=device)

    def colliding(high, *shape):
        return torch.randint(0, high, shape, device=device)

    def sized(large, small):
        return tensor(*(large if is_large else small))

    def zeros(*shape):
        return torch.zeros(shape, device=device)

    def attention(backend, *inputs):
        """One backend alone, or where it is not to be had the plain computation. A CPU has no choice."""
        from torch.nn.attention import SDPBackend, sdpa_kernel

        if device == "cpu":
            return F.scaled_dot_product_attention(*inputs)
        with sdpa_kernel([getattr(SDPBackend, backend), SDPBackend.MATH]):
            return F.scaled_dot_product_attention(*inputs)

    names = {"torch": torch, "F": F, "nn": nn, "DEVICE": device, "N": 500_000 if is_large else 100_000}
    names.update(tensor=tensor, colliding=colliding, sized=sized, zeros=zeros, attention=attention)
    for package in PACKAGES:
        if is_installed(package):
            names[package] = importlib.import_module(package)
    return names


def is_installed(package):
    try:
        importlib.import_module(package)
    except (ImportError, RuntimeError):  # RuntimeError: torchvision beside a torch that it was not built for.
        return False
    return True


def observe(case, scope, times):
    """For each mode the outcome of the forward, and where there is a gradient of the backward."""
    return {label: observe_mode(case, scope, times, *mode) for label, mode in MODES.items()}


def observe_mode(case, scope, times, mode, warn_only):
    torch.manual_seed(0)
    scope = dict(scope)
    if case.needs == "flash_attn.cute":
        scope["flex"] = importlib.import_module("torch.nn.attention.flex_attention")
    exec(case.inputs, scope)
    inputs = [name.strip() for name in case.gradient.split(",") if name]
    kept = {name: scope[name].detach() for name in inputs}
    seen = {"forward": [], **({"backward": []} if inputs else {})}
    errors, weights = {}, None
    torch.use_deterministic_algorithms(mode, warn_only=warn_only)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        heard = {name: [] for name in seen}
        for _ in range(times):
            step = "forward"
            try:
                scope.update({name: each.clone().requires_grad_() for name, each in kept.items()})
                result = eval(case.result, scope)
                result = result[0] if isinstance(result, tuple) else result
                seen[step].append(bits(result))
                heard[step] += take(caught)
                if not inputs:
                    continue
                step = "backward"
                if weights is None:  # So that the gradient is no constant.
                    weights = torch.randn(result.shape, device=result.device, dtype=result.dtype)
                (result * weights).sum().backward()
                seen[step].append([bits(scope[name].grad) for name in inputs])
                heard[step] += take(caught)
            except (RuntimeError, NotImplementedError) as error:
                errors[step] = str(error).splitlines()[0]
                break
    torch.use_deterministic_algorithms(False)
    return {name: outcome(errors.get(name), each, heard[name]) for name, each in seen.items() if each or name in errors}


def take(caught):
    texts = [str(warning.message).splitlines()[0] for warning in caught]
    caught.clear()
    return [text for text in texts if "determinis" in text]


def bits(tensor):
    """Compared as bits: a NaN is the same as itself then."""
    tensor = tensor.detach()
    tensor = tensor.int_repr() if tensor.is_quantized else tensor
    return tensor.clone().contiguous().reshape(-1).view(torch.uint8)


def outcome(error, results, texts):
    if error:
        return {"outcome": "throws", "text": error}
    first, *others = [each if isinstance(each, list) else [each] for each in results]
    differing = sum(not all(map(torch.equal, first, other)) for other in others)
    told = [text for text in texts if ALERT in text] or texts
    return {
        "outcome": "differs" if differing else "deterministic",
        **({"runs": differing} if differing else {}),
        **({"text": told[0]} if told else {}),
    }


def against_cpu(row, observed, table):
    """What a CPU says against the table: rows about it must hold, and nothing else may raise there, or differ once the switch is on."""
    if row and "cpu" in row["devices"]:
        return contradictions(row, torch.__version__, observed)
    others = [each for each in table.values() if row and each["api"] == row["api"] and "cpu" in each["devices"]]
    repeats = ["on"] if any(each["nondeterministic"] for each in others) else ["on", "off"]
    outcomes = [(mode, name, each) for mode, seen in observed.items() for name, each in seen.items()]
    found = [f"{mode}: its {name} raises: {each['text']}" for mode, name, each in outcomes if each["outcome"] == "throws"]
    return found + [f"{mode}: its {name} differs" for mode, name, each in outcomes if each["outcome"] == "differs" and mode in repeats]


def lacking(case, row, device):
    """What a case needs and this machine lacks; empty if it can run."""
    if device == "cuda" and row and "cuda" not in row["devices"]:
        return "a CPU"
    if case.needs in ("", device):
        return ""
    is_here = is_installed(case.needs) if device == "cuda" else case.needs in PACKAGES and is_installed(case.needs)
    return "" if is_here else case.needs


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda", choices=["cuda", "cpu"])
    parser.add_argument("--only", metavar="TEXT", default="", help="only cases with this in their name, and nothing is written")
    options = parser.parse_args()
    device, table = options.device, rows()
    if device == "cuda" and not torch.cuda.is_available():
        print("No CUDA device: nothing is recorded.")
        return 2
    versions = {name: importlib.import_module(name).__version__ for name in ("torch", *filter(is_installed, PACKAGES))}
    print(f"Python {platform.python_version()}, " + ", ".join(f"{name} {version}" for name, version in versions.items()))

    scope, operations, found, missing = scope_of(device), {}, [], Counter()
    for case in CASES:
        row = table.get(case.row)
        if options.only not in case.name:
            continue
        if lack := lacking(case, row, device):
            missing[lack] += 1
            continue
        observed = observe(case, scope, TIMES[device])
        outcomes = (f"{mode} " + ", ".join(each["outcome"] for each in seen.values()) for mode, seen in observed.items())
        print(f"{case.name}: {'; '.join(outcomes)}", flush=True)
        operations[case.name] = {"row": case.row, "observed": observed}
        if device == "cpu":
            found += [(case.name, sentence) for sentence in against_cpu(row, observed, table)]
    for need, count in sorted(missing.items()):
        print(f"Not tried: {count} that need {need}.")
    if device == "cuda":
        record = {"device": torch.cuda.get_device_name(0), "versions": versions, "cuda": torch.version.cuda, "times": TIMES[device], "operations": operations}
        found = compare(record)
        if not options.only:
            write(record)
    for name, sentence in found:
        print(f"FAILED  {name}: {sentence}")
    failed = len({name for name, _ in found})
    print(f"{len(operations) - failed} passed, {failed} failed")
    return 1 if failed or not operations else 0


def write(record):
    path = Path(__file__).resolve().parent / "results" / f"{slug(record['device'])}-torch-{slug(torch.__version__)}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    print(f"{len(record['operations'])} cases: {path.name}")


def slug(text):
    return re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-").lower()


if __name__ == "__main__":
    sys.exit(main())
