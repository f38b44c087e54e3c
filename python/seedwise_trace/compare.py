"""Runs of one program that are not a pair: a trace for another machine, a run held against one, and runs under several seeds."""

import os
import re
import statistics

from . import causes, events, machine, records, sites, verify
from .words import say

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
# A word or a few, perhaps a sign, and a number: `loss 0.25`, `val acc: 91.2%`, `epoch=3`.
_METRIC = re.compile(r"([A-Za-z][\w@./-]*(?: [A-Za-z][\w@./-]*)?)\s*[:=]?\s*(" + _NUMBER + r")(?![\w.])")
_SEED_ARGUMENT = re.compile(r"""["'](--(?:[a-z]+[-_])?seed|--manualSeed)["']""")
_MOST_METRICS = 50


def record(session, path):
    """Runs the program once and writes its trace."""
    run = session.run(say("recorded"))
    if run.failed():
        return verify._failed(session, 1, run)
    header = {"machine": machine.read(os.path.join(run.folder, "main.about")), "program": " ".join(session.target.command)}
    counts = events.Counts(run.folder)
    header["operations"] = counts.operations
    records.write_archive(path, run.folder, header)
    told = say("The trace of {0} operations is in {1}.", counts.operations, path)
    return dict(verify.NOTHING, result="identical", operations=counts.operations, draws=counts.draws, batches=counts.batches, evidence=[told])


def against(session, path):
    """Runs the program once and holds it against a trace. Raises ValueError for what is no trace."""
    other = os.path.join(session.home, "other")
    os.makedirs(other)
    header = records.read_archive(path, other)
    run = session.run(say("held against the trace"), other)
    blind, troubles = run.troubles()
    if blind:
        return dict(verify.NOTHING, evidence=troubles)
    if run.failed() and not run.parts():
        return verify._failed(session, 1, run)
    counts = events.Counts(run.folder)
    gaps = machine.differences(header.get("machine", {}), machine.read(os.path.join(run.folder, "main.about")))
    result = dict(verify.NOTHING, result="identical", operations=counts.operations, draws=counts.draws, batches=counts.batches)
    result["regions"] = counts.regions
    result.update(evidence=[], differences=gaps, runs=1)
    parts = verify._ordered(run.parts()) or (verify._ordered(run.parts(drawn=True)) if run.status == 98 else [])
    if not parts:
        return result
    result["result"] = "parted"
    other_run = type(run)(other)
    scene = verify._scene(session, other_run, run, parts[0])
    verify._tell_part(scene, result["evidence"])
    found = [each for each in causes.candidates(scene) if not each.find_line]
    side = scene.side
    if scene.same_operation() and not side["flags"] & (records.DRAWS | records.OUTSIDE) and side["op"] not in ("order", "batch"):
        place = side["forward"] if side["forward"] != sites.NOWHERE else side["site"]
        found.insert(0, causes.Candidate("kernel", place, say("`{0}` computes other numbers on the two machines", side["op"]), ()))
    chosen = found[0] if found else causes.Candidate("unknown", scene.place(), say("the values differ"), ())
    verify._fill(session, result, chosen, chosen.place, parts[0])
    return result


def seeds(session, numbers, argument=None):
    """Runs the program under each seed and compares the numbers it printed last under each name."""
    argument = argument or _argument_of(session)
    values = {}
    words = list(session.target.command)
    for number in numbers:
        session.target.command = words + ([argument, str(number)] if argument else [])
        seed = None if argument else number
        run = session.run(say("seed {0}", number), None, (), untraced=True, seed=seed)
        if run.failed():
            return verify._failed(session, session.count, run)
        for name, value in _METRIC.findall(run.output):
            values.setdefault(name, {})[number] = float(value)
    told = [say("Each seed is given by {0}.", argument) if argument else say("Each seed takes the place of the program's own.")]
    rows = []
    for name, by_seed in list(values.items())[:_MOST_METRICS]:
        if len(by_seed) < len(numbers):
            continue
        each = [by_seed[number] for number in numbers]
        deviation = statistics.stdev(each) if len(each) > 1 else 0.0
        rows.append({"name": name, "mean": statistics.mean(each), "deviation": deviation, "values": each})
    if not rows:
        told.append(say("The program printed no number with a name before it."))
    return dict(verify.NOTHING, result="identical", evidence=told, seeds=rows, runs=session.count)


def _argument_of(session):
    """The program's own argument for its seed, as its text names it."""
    for word in session.target.command:
        path = os.path.join(session.folder, word)
        if word.endswith(".py") and os.path.isfile(path):
            with open(path, encoding="utf-8", errors="replace") as file:
                found = _SEED_ARGUMENT.search(file.read())
            return found[1] if found else None
    return None
