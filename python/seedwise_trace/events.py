"""Reads the traces of two runs side by side: what beside tensors differed before they parted, and what one run did at all."""

import itertools
import os

from . import compiled, records, sites
from .processes import POOL


# The name that a draw of torch's, which is an operation, has among the events.
TORCH_DRAW = "torch-draw"


class Event:
    """What is no operation, in one of the two runs: `order` counts within its stream; `differs` where the other run's value is another."""

    __slots__ = ("name", "detail", "site", "order", "stream", "differs", "after")

    def __init__(self, name, detail, site, order, stream, differs, after):
        self.name, self.detail, self.site = name, detail, site
        self.order, self.stream, self.differs, self.after = order, stream, differs, after


def streams(folder):
    """The names of a run's streams."""
    return sorted(name[: -len(".stream")] for name in os.listdir(folder) if name.endswith(".stream"))


def paired(first, second, name, most=200_000):
    """The events of one stream up to where the runs part or end, each with whether its value differs."""
    found = []
    paths = [os.path.join(folder, name + ".stream") for folder in (first, second)]
    if not all(os.path.exists(path) for path in paths):
        return found
    with records.Reader(paths[0]) as a, records.Reader(paths[1]) as b:
        count = 0
        while len(found) < most:
            left, hard_left = _segment(a)
            right, hard_right = _segment(b)
            _pair(left, right, b, name, count, found)
            if hard_left is None or hard_right is None or hard_left.kind == "e" or hard_right.kind == "e":
                break
            if hard_right.flags & records.DRAWS:
                differs = hard_left.hash != hard_right.hash
                found.append(
                    Event(TORCH_DRAW, _text(b, hard_right.op), _text(b, hard_right.site), len(found), name, differs, count)
                )
            count += 1
            if (hard_left.op, hard_left.site, hard_left.hash) != (hard_right.op, hard_right.site, hard_right.hash):
                if not (hard_left.flags | hard_right.flags) & records.UNHASHED:
                    break
    return found


def _text(reader, number):
    return reader.texts.get(number, sites.NOWHERE)


def _segment(reader):
    """The events up to the next operation or end, and that."""
    soft = []
    while True:
        record = reader.next()
        if record is None or record.kind != "s":
            return soft, record
        soft.append(record)


def _pair(left, right, b, name, after, found):
    """Events of one kind at one place are paired in their order; how kinds take turns may be left to chance."""
    values = {}
    for event in left:
        values.setdefault((event.name, event.detail, event.site), []).append(event.value)
    seen = {}
    text = b.texts.get
    for event in right:
        key = (event.name, event.detail, event.site)
        index = seen[key] = seen.get(key, -1) + 1
        others = values.get(key, ())
        differs = index < len(others) and others[index] != event.value
        found.append(
            Event(event.name, text(event.detail, ""), _text(b, event.site), len(found), name, differs, after)
        )


_MOST_ROWS = 40
_MOST_PLACES = 2000
# What says something of its place, and is no stream's.
_OF_PLACES = ("listing",)
# What changes or reads a generator: the record's name -> (stream, what happens).
_OF_STREAMS = {
    "draw-python": ("python", "draw"),
    "draw-numpy": ("numpy", "draw"),
    TORCH_DRAW: ("torch", "draw"),
    "seed-python": ("python", "seed"),
    "seed-numpy": ("numpy", "seed"),
    "seed-torch": ("torch", "seed"),
    "seed-generator": ("generator", "seed"),
    "generator": ("generator", "made without a seed"),
}


class Watched:
    """What two runs were seen to do beside computing, as rows of JSON without places.

    `timeline` has the seeds and draws of their processes in order; what follows at one place is one row. `seen` has each place once,
    with whether any value there differed.
    """

    def __init__(self, first, second):
        self.timeline, self._seen = [], {}
        for name in streams(second):
            if not name.endswith(POOL):
                for event in paired(first, second, name):
                    if event.site != sites.NOWHERE:
                        self._add(name, event)

    def _add(self, name, event):
        stream, what = _OF_STREAMS.get(event.name) or (None, event.name)
        if stream is None and event.name not in _OF_PLACES:
            return
        key = (what, stream, event.site)
        if key in self._seen or len(self._seen) < _MOST_PLACES:
            self._seen[key] = self._seen.get(key, False) or event.differs
        if stream is None:
            return
        last = self.timeline[-1] if self.timeline else {}
        if (last.get("process"), last.get("stream"), last.get("what"), last.get("site")) == (name, stream, what, event.site):
            last["times"] += 1
            last["differs"] = last["differs"] or event.differs
        elif len(self.timeline) < _MOST_ROWS:
            row = {"process": name, "stream": stream, "what": what, "site": event.site, "times": 1}
            self.timeline.append(dict(row, after=event.after, differs=event.differs))

    def seen(self):
        """Rows of what, stream, site and differs."""
        return [{"what": what, "stream": stream, "site": site, "differs": differs} for (what, stream, site), differs in self._seen.items()]


def place_of(folder, name, index):
    """The place of an operation of a run's stream, counted from 1; None where it has none."""
    path = os.path.join(folder, name + ".stream")
    if index < 1 or not os.path.exists(path):
        return None
    with records.Reader(path) as reader:
        operations = (record for record in reader if record.kind == "h")
        found = next(itertools.islice(operations, index - 1, None), None)
        return found and reader.texts.get(found.site)


def later(folder, name, kinds, after):
    """Places of events of some kinds in a run's stream, after so many operations."""
    path = os.path.join(folder, name + ".stream")
    found = []
    if not os.path.exists(path):
        return found
    with records.Reader(path) as reader:
        count = 0
        for record in reader:
            if record.kind == "h":
                count += 1
            elif record.kind == "s" and record.name in kinds and count >= after:
                found.append(reader.texts.get(record.site, sites.NOWHERE))
    return found


class Counts:
    """What a run did: operations, draws, batches, and whether something in it is left to luck."""

    def __init__(self, folder):
        self.operations = self.draws = self.batches = self.uninitialized = self.regions = 0
        self.listings, self.operations_of = [], {}
        for name in streams(folder):
            if not name.endswith(POOL):
                self._count(folder, name)

    def _count(self, folder, name):
        batch = records.id_of("batch")
        notes = (batch, records.id_of("order"))
        regions = (records.id_of(compiled.OPERATION), records.id_of(compiled.BACKWARD))
        own = 0
        with records.Reader(os.path.join(folder, name + ".stream")) as reader:
            for record in reader:
                if record.kind == "h":
                    self.batches += record.op == batch and "." not in name
                    own += record.op not in notes
                    self.regions += record.op in regions
                    self.draws += bool(record.flags & records.DRAWS)
                    self.uninitialized += bool(record.flags & records.UNINITIALIZED)
                elif record.kind == "s":
                    self.draws += record.name.startswith("draw-")
                    if record.name == "listing":
                        self.listings.append(reader.texts.get(record.site, sites.NOWHERE))
        self.operations += own
        self.operations_of[name] = own
