"""Reads the traces of two runs side by side: what beside tensors differed before they parted, and what one run did at all."""

import os

from . import records, sites
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


def timeline(first, second, most=40):
    """Seeds and draws of the processes of two runs in their order, as rows of JSON without places; what follows at one place is one row."""
    rows = []
    for name in streams(second):
        if name.endswith(POOL):
            continue
        for event in paired(first, second, name, most=20_000):
            if event.name not in _OF_STREAMS or event.site == sites.NOWHERE:
                continue
            stream, what = _OF_STREAMS[event.name]
            last = rows[-1] if rows else {}
            if (last.get("process"), last.get("stream"), last.get("what"), last.get("site")) == (name, stream, what, event.site):
                last["times"] += 1
                last["differs"] = last["differs"] or event.differs
            elif len(rows) == most:
                return rows
            else:
                row = {"process": name, "stream": stream, "what": what, "site": event.site, "times": 1}
                rows.append(dict(row, after=event.after, differs=event.differs))
    return rows


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
        self.operations = self.draws = self.batches = self.uninitialized = 0
        self.listings, self.operations_of = [], {}
        for name in streams(folder):
            if not name.endswith(POOL):
                self._count(folder, name)

    def _count(self, folder, name):
        batch = records.id_of("batch")
        notes = (batch, records.id_of("order"))
        own = 0
        with records.Reader(os.path.join(folder, name + ".stream")) as reader:
            for record in reader:
                if record.kind == "h":
                    self.batches += record.op == batch and "." not in name
                    own += record.op not in notes
                    self.draws += bool(record.flags & records.DRAWS)
                    self.uninitialized += bool(record.flags & records.UNINITIALIZED)
                elif record.kind == "s":
                    self.draws += record.name.startswith("draw-")
                    if record.name == "listing":
                        self.listings.append(reader.texts.get(record.site, sites.NOWHERE))
        self.operations += own
        self.operations_of[name] = own
