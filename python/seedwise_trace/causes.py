"""Why two runs part: the causes that what was seen allows, the likeliest first, each with the change that would take it away."""

import ast

from . import environment, records, sites
from .processes import WORKER
from .words import say

# A change that the driver makes in a program's environment, not in the program.
HASH_SEED = "hash-seed"

_STREAM_NAMES = {"python": say("Python's `random`"), "numpy": say("NumPy's global generator"), "torch": say("torch's global generator")}
_OF_SEED = {"seed-python": "python", "seed-numpy": "numpy", "seed-torch": "torch"}


class Candidate:
    """A cause with its place, the sentence that says what was seen, and the changes that would confirm it."""

    def __init__(self, cause, place, seen, changes, related=(), find_line=False):
        self.cause, self.place, self.seen, self.changes = cause, place, seen, tuple(changes)
        self.related, self.find_line = list(related), find_line
        self.confirmed = False
        # The global generator that this is about.
        self.stream = None
        # Whether its place is where a seed is given.
        self.is_seed = False


class Scene:
    """All that is known of one part: its report, the events before it, and the first run's later seeds."""

    def __init__(self, part, events, others, seeds_after, read, before=None):
        self.part, self.events, self.others, self.seeds_after, self.read = part, events, others, seeds_after, read
        # The place of the last operation that both runs had.
        self.before = before
        self.first, self.second = part["first"], part["second"]
        self.side = self.second or self.first
        self.stream = part["stream"]

    def same_operation(self):
        a, b = self.first, self.second
        return bool(a and b and (a["op"], a["site"]) == (b["op"], b["site"]))

    def equal_inputs(self):
        a, b = self.first, self.second
        return bool(a and b and a["inputs"] is not None and a["inputs"] == b["inputs"])

    def varies(self):
        """Whether the operation gave several results when it was run again on the same inputs."""
        again = self.part.get("again")
        return bool(again and again["results"] > 1)

    def differing(self, *names):
        """Events whose values differ, those of the stream that parted before those of other processes."""
        return [event for event in self.events + self.others if event.differs and event.name in names and not _is_torch_own(event)]

    def last_differing(self, *names):
        """The last of them, as a list of one or none: of the stream that parted, and of other processes where that has none."""
        found = self.differing(*names)
        return ([event for event in found if event.stream == self.stream] or found)[-1:]

    def place(self):
        return self.side["site"]


def _is_torch_own(event):
    """Whether no code of the user's asked for a seed: a loader seeds its workers from the parent's generator."""
    return event.name.startswith("seed-") and event.site == sites.NOWHERE


def candidates(scene):
    """The causes to try, in order."""
    found = []
    if scene.same_operation() and scene.varies():
        return list(_of_kernels(scene))
    if scene.same_operation():
        found += _of_memory(scene)
        found += _of_torch(scene)
    found += _of_seeds(scene)
    found += _of_draws(scene)
    found += _of_a_draw(scene)
    found += _of_orders(scene)
    found += _of_kernels(scene)
    found += _of_entropy(scene)
    if not scene.same_operation():
        found = [_as_control_flow(each, scene) for each in found]
    seen, kept = set(), []
    for each in found:
        key = (each.cause, each.place, each.changes)
        if key not in seen:
            seen.add(key)
            kept.append(each)
    return kept


def unconfirmed(scene, found, refuted):
    """What is left to say where no change took the difference away: never a cause that its own change has refuted."""
    for each in found:
        if each.cause == "kernel":
            # Equal numbers in, unequal out: that is what the cause says, whatever else was tried.
            each.confirmed = scene.varies()
            return each
    left = [each for each in found if each not in refuted]
    if left:
        return next((each for each in left if not each.find_line), left[0])
    if not scene.same_operation():
        return Candidate("control-flow", branch(scene) or scene.place(), say("the runs take different ways here"), ())
    return Candidate("unknown", scene.place(), say("the values differ"), ())


def _of_memory(scene):
    if scene.side["flags"] & records.UNINITIALIZED:
        made = [event.detail for event in scene.events if event.name == "uninitialized"][-1:]
        seen = say("`{0}` reads memory that nothing was written to", scene.side["op"])
        yield Candidate("uninitialized", scene.place(), seen, ("fill",), [(made[0], say("allocated here"))] if made else ())


def _of_torch(scene):
    """Draws of torch's, whose generator parted before."""
    flags = scene.side["flags"]
    if flags & records.DRAWS and flags & records.OWN_GENERATOR:
        yield from _by_seed(scene, scene.last_differing("seed-generator", "generator"))
        return
    seeds = scene.last_differing("seed-torch")
    ordered = scene.side["op"] in ("order", "batch")
    bases = scene.last_differing("base-seed")
    if not flags & records.DRAWS and not (ordered and bases):
        return
    yield from _by_seed(scene, seeds)
    if not flags & records.DRAWS and scene.part.get("draw"):
        yield from _of_a_draw(scene)
    if not seeds:
        place = scene.place() if flags & records.DRAWS or not bases else bases[-1].site
        yield _of_stream(scene, "torch", place, scene.stream, scene.part["index"])


def _of_a_draw(scene):
    """A draw of torch's that differed before, and whose way out of torch and back no operation shows."""
    drawn = scene.part.get("draw")
    if drawn:
        yield from _by_seed(scene, scene.last_differing("seed-torch"))
        yield _of_stream(scene, "torch", drawn["second"]["site"], drawn["stream"], drawn["index"])


def _of_stream(scene, stream, place, process, after):
    """One of the three global generators, which nothing seeded before this draw."""
    title = _STREAM_NAMES[stream]
    change = ("seed-" + stream,)
    seeds = scene.seeds_after(process, "seed-" + stream, after)
    if process.endswith(WORKER):
        seen = say("a worker of the loader draws from {0}, whose state parted here", title)
        # Workers are seeded from the parent's torch.
        found = Candidate("worker-stream", place, seen, change + ("seed-torch",))
    elif seeds:
        seen = say("{0} is drawn here before it is seeded", title)
        found = Candidate("late-seed", place, seen, change, [(seeds[0], say("seeded here"))])
    else:
        found = Candidate("unseeded-stream", place, say("{0} is drawn here and was not seeded", title), change)
    found.stream = stream
    return found


def _of_seeds(scene):
    """Seeds that are another number in each run, of the streams that feed values into torch."""
    for name in ("seed-python", "seed-numpy", "seed-generator"):
        yield from _by_seed(scene, scene.differing(name)[:1])


_SOURCES = ("clock", "entropy", "environment", "hash", "draw-python", "draw-numpy", "generator", "listing")


def _by_seed(scene, seeds):
    """What made a seed another number: the differing event nearest before it."""
    for candidate in _sources_of(scene, seeds):
        candidate.is_seed = candidate.place in [seed.site for seed in seeds]
        yield candidate


def _sources_of(scene, seeds):
    for seed in seeds:
        if seed.detail.endswith("()") or seed.name == "generator":
            change = seed.name.replace("generator", "generators") if seed.name == "seed-generator" else seed.name
            change = "seed-generators" if seed.name == "generator" else change
            yield Candidate("entropy", seed.site, say("`{0}` takes a seed of the operating system's", seed.detail), (change,))
            continue
        events = scene.events if seed.stream == scene.stream else scene.others
        before = [e for e in events if e.stream == seed.stream and e.differs and e.order < seed.order and e.name in _SOURCES]
        seen = say("`{0}` gets another seed in each run", seed.detail)
        for source in _nearest_each(before):
            related = [(source.site, say("the seed comes from `{0}`", source.detail))]
            if source.name == "clock":
                yield Candidate("time", seed.site, say("{0}, from the clock", seen), ("clock",), related)
            elif source.name == "entropy":
                yield Candidate("entropy", seed.site, say("{0}, from `{1}`", seen, source.detail), ("entropy",), related)
            elif source.name == "environment":
                change = environment.CHANGE + source.detail
                yield Candidate("entropy", seed.site, say("{0}, from the environment variable `{1}`", seen, source.detail), (change,), related)
            elif source.name == "hash":
                yield Candidate("entropy", seed.site, say("{0}, from `hash()` of a text", seen), (HASH_SEED,), related)
            elif source.name.startswith("draw-"):
                stream = source.name[len("draw-") :]
                yield _of_stream(scene, stream, source.site, seed.stream, source.after)
            elif source.name == "generator":
                yield Candidate("unseeded-stream", source.site, say("a generator is made without a seed"), ("seed-generators",))
        yield Candidate("time", seed.site, say("{0}, from the clock", seen), ("clock",))
        yield Candidate("entropy", seed.site, say("{0}, from the hash seed of the process", seen), (HASH_SEED,))


def _nearest_each(events):
    """The last event of each kind, the last of all first."""
    found = {}
    for event in events:
        found[event.name] = event
    return sorted(found.values(), key=lambda event: -event.order)


def _of_draws(scene):
    """Draws of Python's and NumPy's that differ without a seed that does; generators made without one."""
    firsts = {}
    for event in scene.differing("draw-python", "draw-numpy", "generator"):
        firsts.setdefault(event.name, event)
    for event in firsts.values():
        if event.name == "generator":
            cause = "worker-stream" if event.stream.endswith(WORKER) else "unseeded-stream"
            yield Candidate(cause, event.site, say("a generator is made here without a seed"), ("seed-generators",))
        elif not any(seed.stream == event.stream and seed.order < event.order for seed in scene.differing("seed-" + event.name[5:])):
            yield _of_stream(scene, event.name[5:], event.site, event.stream, event.after)


def _of_orders(scene):
    for event in scene.differing("completion")[:1]:
        seen = say("results are taken here in the order in which they are finished")
        yield Candidate("order", event.site, seen, ("completion",))
    for event in scene.differing("listing")[:1]:
        yield Candidate("order", event.site, say("a folder is listed here in no fixed order"), ("listing",))
    for event in scene.differing("hash")[:1]:
        yield Candidate("entropy", event.site, say("`hash()` of a text is another number in each process"), (HASH_SEED,))
    if not scene.equal_inputs():
        yield Candidate("order", scene.place(), say("the order of a set of texts is another in each process"), (HASH_SEED,), (), True)


def _of_kernels(scene):
    """The same numbers in, others out."""
    side = scene.side
    if not scene.same_operation() or side["flags"] & records.DRAWS or side["op"] in ("batch", "order"):
        return
    if not scene.equal_inputs() and not scene.varies():
        return
    forward = side["forward"]
    place = forward if forward != sites.NOWHERE else side["site"]
    related = [(side["site"], say("the backward pass runs here"))] if place != side["site"] else []
    seen = say("`{0}` gave other numbers for the same inputs", side["op"])
    again = scene.part.get("again")
    if again:
        seen = say("{0}; run again {1} times it gave {2} different results", seen, again["of"], again["results"])
    if not again or again["results"] == 1:
        yield Candidate("kernel", place, seen, ("threads",), related)
    yield Candidate("kernel", place, seen, ("deterministic",), related)


def _of_entropy(scene):
    """Values of the operating system's and the clock's that reach a tensor, and what no event tells of."""
    for event in scene.last_differing("entropy"):
        seen = say("`{0}` gives another value in each run", event.detail)
        yield Candidate("entropy", event.site, seen, ("entropy",))
    for event in scene.last_differing("environment"):
        seen = say("the environment variable `{0}` has another value in each run", event.detail)
        yield Candidate("entropy", event.site, seen, (environment.CHANGE + event.detail,))
    clocks = scene.last_differing("clock")
    place = clocks[-1].site if clocks else scene.place()
    yield Candidate("time", place, say("the clock is read here"), ("clock",), (), not clocks)
    if any(event.name == "thread" for event in scene.events):
        yield Candidate("order", scene.place(), say("threads of the program take turns as they like"), (), (), True)
    if scene.equal_inputs():
        return
    everything = ("seed-python", "seed-numpy", "seed-torch", "seed-generators", "clock", "entropy", "completion", "listing")
    yield Candidate("entropy", scene.place(), say("a value from outside torch differs"), everything + (HASH_SEED, "threads"), (), True)


# What changes the operations themselves where it is read, and not a stream that parted before.
_DECIDES = ("time", "entropy", "order")


def _as_control_flow(candidate, scene):
    """The runs took different ways; where a stream parted before, that stays the cause."""
    if candidate.cause not in _DECIDES or any(change.startswith(("seed-", "completion", "listing")) for change in candidate.changes):
        return candidate
    if candidate.place != scene.place() and candidate.is_seed:
        return candidate
    line = branch(scene)
    place = line or candidate.place
    because = {"time": say("the clock"), "entropy": say("a value of the operating system's"), "order": say("an order left to chance")}[candidate.cause]
    seen = say("the runs take different ways here, for {0}: {1}", because, candidate.seen)
    related = candidate.related + ([(candidate.place, say("the value comes from here"))] if place != candidate.place else [])
    return Candidate("control-flow", place, seen, candidate.changes, related, candidate.find_line and not line)


def _file_and_line(site):
    parts = site.rsplit(":", 2)
    return (parts[0], int(parts[1])) if len(parts) == 3 and parts[1].isdigit() else (None, 0)


def _function_at(tree, line):
    """The innermost function around a line; None outside of any."""
    around = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.lineno <= line <= node.end_lineno]
    return max(around, key=lambda node: node.lineno, default=None)


def branch(scene):
    """The innermost statement that the two runs' next operations lie on different sides of."""
    ends = [each["site"] for each in (scene.first, scene.second) if each]
    # Where one run has ended, its end lies below every line.
    (file, one), (other, two) = _file_and_line(ends[0]), _file_and_line(ends[-1])
    if len(ends) == 1:
        two = 1 << 30
    if file is None or file != other:
        return None
    try:
        tree = ast.parse(scene.read(file))
    except (OSError, SyntaxError, ValueError):
        return None
    split = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.If, ast.While, ast.For, ast.IfExp, ast.Try)):
            body = node.body if isinstance(node.body, list) else [node.body]
            sides = [any(each.lineno <= line <= each.end_lineno for each in body) for line in (one, two)]
            if sides[0] != sides[1]:
                split.append(node.lineno)
    if not split:
        return None
    # Where the two are in different functions, the one they come from was left by one of them.
    inside = _function_at(tree, _file_and_line(scene.before)[1]) if scene.before and _file_and_line(scene.before)[0] == file else None
    found = max([line for line in split if _function_at(tree, line) is inside] or split)
    function = _function_at(tree, found)
    return "%s:%d:%s" % (file, found, function.name if function else "<module>")
