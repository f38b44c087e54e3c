"""Runs a program twice, and as often again as it takes to name the cause: the driver behind `seedwise verify`."""

import os
import shutil
import tempfile

from . import causes, environment, events, folders, lines, records, runs, sites, targets
from .words import parts, say, sentence

DEFAULTS = {"operations": 1_000_000, "minutes": 10.0, "memory": 0}
NOTHING = {"result": "failed", "operations": 0, "draws": 0, "batches": 0, "place": None, "cause": None, "evidence": []}
_MOST_CAUSES = 5
_TAIL = 4000

# What is held still so that nothing but the hash seed differs between two runs.
_STILL = ("seed-python", "seed-numpy", "seed-torch", "seed-generators", "clock", "entropy", "completion", "listing", "threads")


class Session:
    """One verification: the program, its limits, and the folders of its runs."""

    def __init__(self, words, module=False, folder=".", limits=None, stdin=None, say=None, python=None, start=runs.start):
        self.folder = os.path.realpath(folder)
        self.target = targets.target_of(words, module, self.folder)
        self.limits = dict(DEFAULTS, **(limits or {}))
        self.stdin, self.say = stdin, say or (lambda text: None)
        self.python, self.start = runs.python_of(python), start
        self.home = tempfile.mkdtemp(prefix="seedwise-")
        self.copies = folders.can_copy(self.folder)
        self.work = os.path.join(self.home, "work") if self.copies else self.folder
        self.before = None if self.copies else folders.state_of(self.folder)
        self.count = 0

    def close(self):
        """Removes everything this session wrote."""
        shutil.rmtree(self.home, ignore_errors=True)

    def run(self, why, against=None, changes=(), **settings):
        """One run of the program; `changes` are held still or disturbed in it."""
        self.count += 1
        self.say(say("run {0}: {1}", self.count, why))
        if self.copies:
            folders.copy(self.folder, self.work)
        targets.prepare(self.target, self.work)
        environment = dict(os.environ)
        for change, names in _IN_ENVIRONMENT.items():
            if change in changes:
                environment.update(names)
        environment.update(settings.pop("environment", {}))
        config = dict(settings, against=against, changes=list(changes), operations=self.limits["operations"])
        config["values"] = os.path.join(self.home, "values")
        folder = os.path.join(self.home, "run%d" % self.count)
        command = [self.python] + self.target.command
        return runs.run(command, self.work, folder, config, environment, self.limits, self.stdin, self.start)

    def pair(self, why, changes=(), **settings):
        """Two runs under the same changes, the second held against the first."""
        first = self.run(why, None, changes, **settings)
        if first.failed():
            return first, first
        return first, self.run(why, first.folder, changes, **settings)

    def names_of(self):
        """How places are shown: the stand-in of a notebook as the notebook."""
        return self.target.notebook


_IN_ENVIRONMENT = {
    causes.HASH_SEED: {"PYTHONHASHSEED": "0"},
    "threads": {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"},
}


def verify(session):
    """The verdict on a program, as the JSON of the command line has it."""
    first = session.run(say("as it is"))
    if first.failed():
        return _failed(session, 1, first)
    blind, troubles = first.troubles()
    if blind:
        # Whoever does not see all must not say that all is the same.
        return dict(NOTHING, evidence=[say("This program cannot be watched with this Python and these libraries.")] + troubles, runs=session.count)
    second = session.run(say("as it is, held against the first"), first.folder)
    parts = _ordered(second.parts())
    if not parts and not second.failed() and first.output != second.output:
        # Printing reads a tensor where no operation is seen.
        parts = _ordered(second.parts(drawn=True))
    if not parts and second.failed():
        return _failed(session, 2, second)
    counts = events.Counts(first.folder)
    result = {
        "result": "parted" if parts else "identical",
        "operations": counts.operations,
        "draws": counts.draws,
        "batches": counts.batches,
        "place": None,
        "cause": None,
        "evidence": [],
        "troubles": troubles,
        "regions": counts.regions,
    }
    notebook = session.names_of()
    watched = events.Watched(first.folder, second.folder)
    result["timeline"] = _placed(watched.timeline, notebook)
    result["seen"] = _placed(watched.seen(), notebook)
    result["program"] = targets.file_of(session.target, session.folder)
    result["files"] = folders.prints(session.work, _names(first.files(), notebook))
    result["disturbed"] = []
    if first.ended in ("limit", "minutes"):
        result["limit"] = "operations" if counts.operations >= session.limits["operations"] else "minutes"
    if parts:
        _explain(session, first, second, parts[0], result)
    else:
        _look_for_luck(session, first, counts, result)
        if result["result"] == "identical":
            _look_at_output(session, first, second, result)
    if session.before is not None:
        result["written"] = folders.written(session.before, folders.state_of(session.folder), session.folder)
    result["runs"] = session.count
    return result


def _placed(rows, notebook):
    return [dict(row, place=shown(row.pop("site"), notebook)) for row in rows]


def _names(files, notebook):
    """The notebook in place of the file that stands for it."""
    stand_in = notebook and os.path.normpath(notebook.stand_in)
    return [notebook.path if notebook and os.path.normpath(each) == stand_in else each for each in files]


def _failed(session, which, run):
    reasons = {"memory": say("it took more memory than the limit"), "start": say("it could not be started")}
    told = run.errors.strip() or run.output.strip()
    why = reasons.get(run.ended) or say("the program ended with exit code {0}", run.status)
    return dict(NOTHING, evidence=[say("Run {0}: {1}.", which, why)], run=which, traceback=told[-_TAIL:], runs=session.count)


def _ordered(parts):
    """The part to show first: a child's before that of the process that waits for it."""
    return sorted(parts, key=lambda part: (-part["stream"].count("."), part["stream"]))


def _scene(session, first, second, part):
    """What was seen around a part, in all processes."""
    name = part["stream"]
    own = events.paired(first.folder, second.folder, name)
    others = []
    for other in events.streams(second.folder):
        if other != name:
            others += events.paired(first.folder, second.folder, other)

    def later(process, kind, after):
        return [place for place in events.later(first.folder, process, (kind,), after) if place != sites.NOWHERE]

    def read(file):
        with open(os.path.join(session.work, file), encoding="utf-8") as text:
            return text.read()

    before = events.place_of(first.folder, name, part["index"] - 1)
    return causes.Scene(part, own, others, later, read, before)


def _explain(session, first, second, part, result):
    """Fills in the place and the cause of a part, and what confirms them."""
    scene = _scene(session, first, second, part)
    side = scene.side
    told = result["evidence"]
    _tell_part(scene, told)
    needs_inputs = scene.same_operation() and not side["flags"] & (records.DRAWS | records.OUTSIDE) and side["op"] not in ("order", "batch")
    one, two = _control(session, first, part, needs_inputs)
    control = _part_of(two, part)
    if needs_inputs and _is_earlier_kernel(control, part):
        told.clear()
        first, second, part = one, two, control
        scene = _scene(session, first, second, part)
        _tell_part(scene, told)
        told.append(say("A pair of runs before it parted later: the difference comes and goes."))
    elif control is None:
        told.append(say("An unchanged pair of runs after it was identical: the difference comes and goes."))
    elif (control["index"], control["stream"]) == (part["index"], part["stream"]):
        told.append(say("An unchanged run parts at the same operation."))
    else:
        told.append(say("An unchanged pair of runs after it parted elsewhere: the difference comes and goes."))
    if needs_inputs:
        _learn(part, control, one, two)
    largest = _same_place(control, part) and control["tensors"] or part["tensors"] or {}
    if largest.get("largest"):
        told.append(say("The largest difference is {0}, in {1} values.", "%.3g" % largest["largest"], largest["differing"]))
    chosen = _confirm(session, scene, part, told, control is None)
    place = chosen.place
    if chosen.find_line:
        place = _line_of(session, chosen) or place
    _fill(session, result, chosen, place, part)


def _control(session, first, part, needs_inputs):
    """An unchanged pair after the first pair, of which the first run may be that of the first pair."""
    if needs_inputs:
        settings = {"keep": part["index"], "keep_stream": part["stream"]}
        return session.pair(say("once more, with the inputs of operations"), inputs=True, **settings)
    return first, session.run(say("once more, unchanged"), first.folder)


def _part_of(run, like):
    """Where a run parted, in the process of another part if it did there; None where it was identical."""
    parts = _ordered(run.parts(drawn=True))
    same = [each for each in parts if each["stream"] == like["stream"]]
    return (same or parts or [None])[0]


def _same_place(part, other):
    return part is not None and (part["index"], part["stream"]) == (other["index"], other["stream"])


def _is_earlier_kernel(part, other):
    """Whether an operation that came before another part's gave other numbers for the same inputs: that one is the first."""
    if part is None or part["stream"] != other["stream"] or part["index"] >= other["index"]:
        return False
    a, b = part["first"], part["second"]
    return bool(a and b) and (a["op"], a["site"], a["inputs"]) == (b["op"], b["site"], b["inputs"])


def _learn(part, control, one, two):
    """Adds to a part what a pair with inputs knows of its operation, also where that pair parted at another or not at all.

    Only a pair that parts at the same operation tells that its inputs were equal: in another they may be equal by luck.
    """
    if _same_place(control, part):
        for each, of_control in ((part["first"], control["first"]), (part["second"], control["second"])):
            if each and of_control:
                each["inputs"] = of_control["inputs"]
        told = [control]
    else:
        op = records.id_of((part["second"] or part["first"])["op"])
        runs_again = [each for each in (one.again(part["stream"]), two.again(part["stream"])) if each]
        told = [each for each in runs_again if (each["index"], each["op"]) == (part["index"], op)]
    found = [each["again"] for each in (part, *told) if each["again"]]
    part["again"] = max(found, key=lambda each: each["results"], default=None)


def _tell_part(scene, told):
    first, second = scene.first, scene.second
    if scene.same_operation():
        told.append(say("Operation {0}, `{1}`, gives other values in the second run.", scene.part["index"], second["op"]))
    else:
        way = lambda each: say("`{0}` at {1}", each["op"], _short(each["site"])) if each else say("its end")
        told.append(say("After {0} equal operations run 1 goes to {1}, run 2 to {2}.", scene.part["index"] - 1, way(first), way(second)))
    if scene.side["forward"] != sites.NOWHERE:
        told.append(say("It is the backward pass of {0}.", _short(scene.side["forward"])))


def _short(site):
    return site.rpartition(":")[0] or say("a place without code of yours")


def _confirm(session, scene, part, told, intermittent):
    """The first cause whose counterfactual takes the difference away; else the likeliest, and that it is not confirmed."""
    found = causes.candidates(scene)
    refuted = []
    tried = 0
    for candidate in found:
        if not candidate.changes:
            continue
        if tried == _MOST_CAUSES:
            break
        tried += 1
        words = _words_of(candidate.changes)
        first, second = session.pair(words, candidate.changes)
        parts = second.parts(drawn=True)
        if second.failed() and not parts:
            continue
        if not any(_is_again(each, scene) for each in parts):
            told.append(say("Two runs {0} do not part here.", words) if parts else say("Two runs {0} do not part here or later.", words))
            candidate.confirmed = not intermittent or scene.varies()
            return candidate
        told.append(say("Two runs {0} part all the same.", words))
        refuted.append(candidate)
    chosen = causes.unconfirmed(scene, found, refuted)
    if not chosen.confirmed:
        told.append(say("No change took the difference away, so the cause is not confirmed."))
    return chosen


_CHANGES = {
    "seed-python": say("with `random` seeded at the start"),
    "seed-numpy": say("with NumPy seeded at the start"),
    "seed-torch": say("with torch seeded at the start"),
    "seed-generators": say("with seeds for generators that have none"),
    "clock": say("with the same clock"),
    "entropy": say("with the same numbers from the operating system"),
    "listing": say("with listings sorted"),
    "completion": say("with results taken in the order of submission"),
    "threads": say("with one thread"),
    "deterministic": say("with deterministic algorithms"),
    "fill": say("with new memory filled"),
    causes.HASH_SEED: say("with PYTHONHASHSEED=0"),
}


def _is_again(part, scene):
    """Whether a pair under a change parts at what another pair parted at, or before it."""
    if part["stream"] != scene.stream or part["index"] <= scene.part["index"]:
        return True
    if scene.same_operation():
        return False
    # How often both runs go the same way before they part may be left to chance, too.
    ways = [{each["site"] for each in (told["first"], told["second"]) if each} for told in (part, scene.part)]
    return ways[0] == ways[1]


def _words_of(changes):
    if len(changes) >= 4:
        return say("with everything held still")
    if changes[0].startswith(environment.CHANGE):
        return say("with the variable `{0}` held still", changes[0][len(environment.CHANGE) :])
    return _CHANGES[changes[0]]


def _line_of(session, candidate):
    """The line at which the value comes in: two runs that differ in this alone, followed line by line."""
    still = [each for each in _STILL if each not in candidate.changes or len(candidate.changes) > 3]
    seeds = ("0", "0") if causes.HASH_SEED not in candidate.changes else ("1", "2")
    folders_of = []
    for seed in seeds:
        run = session.run(say("line by line"), None, still, lines=True, environment={"PYTHONHASHSEED": seed})
        folders_of.append(run.folder)
    for name in events.streams(folders_of[0]):
        place = lines.first_difference(folders_of[0], folders_of[1], name)
        if place and place != sites.NOWHERE:
            return place
    return None


# What a run disturbed that came to the same end, as the verdict has it.
_DISTURBED = {"reversed": "listings", "fill": "memory"}


def _look_for_luck(session, first, counts, result):
    """Two equal runs may be equal by luck: disturbs what no run may rely on."""
    disturbances = []
    if counts.listings:
        disturbances.append(("reversed", "order", say("with listings reversed")))
    if counts.uninitialized:
        disturbances.append(("fill", "uninitialized", say("with new memory filled")))
    for change, cause, words in disturbances:
        run = session.run(words, first.folder, (change,))
        parts = _ordered(run.parts())
        if run.ended == "itself" and not parts and not run.failed() and run.output == first.output:
            result["disturbed"].append(_DISTURBED[change])
        if not parts or run.failed():
            continue
        scene = _scene(session, first, run, parts[0])
        place, seen = scene.place(), say("`{0}` reads memory that nothing was written to", scene.side["op"])
        if change == "reversed":
            before = [e for e in scene.events + scene.others if e.name == "listing" and e.differs]
            place = before[-1].site if before else counts.listings[0]
            seen = say("a folder is listed here in no fixed order")
        elif not scene.same_operation() or not scene.side["flags"] & records.UNINITIALIZED:
            made = [e.detail for e in scene.events if e.name == "uninitialized"]
            place = place if scene.same_operation() else (made[-1] if made else place)
        candidate = causes.Candidate(cause, place, seen, (change,))
        candidate.confirmed = True
        result["result"] = "parted"
        result["luck"] = True
        result["evidence"].append(say("Two runs were identical, but only by luck: a run {0} parts from them.", words))
        _tell_part(scene, result["evidence"])
        _fill(session, result, candidate, place, parts[0])
        return


def _look_at_output(session, first, second, result):
    """No operation of torch differs. A draw that nothing seeded may still have changed what the program prints."""
    if first.output == second.output or result["operations"] == 0 and not first.output:
        return
    for name in events.streams(second.folder):
        found = events.paired(first.folder, second.folder, name)
        for event in found:
            if not event.differs or not event.name.startswith(("draw-", "generator")):
                continue
            change = "seed-" + event.name[5:] if event.name.startswith("draw-") else "seed-generators"
            one, two = session.pair(_CHANGES[change], (change,))
            if one.output == two.output and not two.parts() and not two.failed():
                seen = say("numbers are drawn here from a generator that was not seeded, and what the program prints differs")
                late = events.later(first.folder, name, (change,), event.after)
                cause = "late-seed" if late and change != "seed-generators" else "unseeded-stream"
                candidate = causes.Candidate(cause, event.site, seen, (change,))
                candidate.confirmed = True
                candidate.stream = event.name[5:] if event.name.startswith("draw-") else None
                result["result"] = "parted"
                result["evidence"].append(say("No operation of torch differs, but the two runs print different text."))
                result["evidence"].append(say("Two runs {0} print the same.", _CHANGES[change]))
                _fill(session, result, candidate, event.site, None)
                return
            break
    result["evidence"].append(say("The two runs print different text, though no operation of torch differs."))


def _fill(session, result, candidate, place, part):
    """Places and words of a verdict."""
    notebook = session.names_of()
    result["cause"] = candidate.cause
    result["stream"] = candidate.stream
    result["place"] = shown(place, notebook)
    result["confirmed"] = candidate.confirmed
    result["evidence"].insert(0, sentence(candidate.seen))
    related = [dict(shown(site, notebook) or {}, message=text, said=parts(text)) for site, text in candidate.related]
    result["related"] = [each for each in related if "file" in each]
    if part is None:
        return
    reached = (part["second"] or part["first"])["site"]
    if reached != place and shown(reached, notebook):
        text = say("the first operation that differs")
        result["related"].append(dict(shown(reached, notebook), message=text, said=parts(text)))
    result["operation"] = (part["second"] or part["first"])["op"]
    result["index"] = part["index"]
    result["process"] = part["stream"]
    result["stack"] = [each for each in (shown(site, notebook) for site in part["stack"]) if each]
    result["sides"] = [
        each and {"operation": each["op"], "place": shown(each["site"], notebook), "hash": "%08x" % each["hash"]}
        for each in (part["first"], part["second"])
    ]
    result["values"] = part["tensors"]


def shown(site, notebook=None):
    """A place as people and editors have it; None where there is none."""
    parts = site.rsplit(":", 2)
    if len(parts) != 3 or not parts[1].isdigit():
        return None
    place = {"file": parts[0], "line": int(parts[1]), "function": parts[2]}
    if notebook and os.path.normpath(parts[0]) == os.path.normpath(notebook.stand_in):
        place["file"] = notebook.path
        place["cell"], place["line"] = notebook.place(place["line"])
    return place
