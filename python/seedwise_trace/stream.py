"""The stream of one process: writes its records, and in a second run compares each operation with the first run's."""

import json
import os
import sys
import threading
import time
from collections import deque

from . import machine, records, sites

_FLUSH_RECORDS = 1 << 12
_CHECK_EVERY = 256
_GRACE_SECONDS = 30

current = None
# How many of our own or torch's blocks are open in which nothing is an event, and in which only operations are none.
muted = 0
quiet = 0


class Stream:
    """Opened with the first event, so that processes in which nothing happens leave no file."""

    def __init__(self, name, config):
        self.name, self.config, self.pid = name, config, os.getpid()
        # Threads of the program's write here too: what they add at the end never meets what is taken at the start.
        self.waiting, self.texts, self.file = deque(), {}, None
        self.flushing = threading.Lock()
        self.count, self.check_at = 0, 0
        self.inputs = bool(config.get("inputs"))
        self.most = config.get("operations") or 0
        self.ends_at = config.get("ends_at") or 0
        self.keep = config.get("keep") if config.get("keep_stream", "main") == name else None
        self.reference, self.over, self.prefetches = None, False, False
        # Gives the report of the last draw that differed and was not overwritten.
        self.drawn = None
        against = config.get("against")
        if against:
            path = os.path.join(against, name + ".stream")
            if os.path.exists(path):
                self.reference = records.Reader(path)

    def path(self, ending=".stream"):
        return os.path.join(self.config["folder"], self.name + ending)

    def intern(self, text):
        """The id of a text, which is written down when it is first used."""
        number = self.texts.get(text)
        if number is None:
            number = self.texts[text] = records.id_of(text)
            data = text.encode("utf-8", "replace")[:1000]
            self.waiting.append(records.DEFINITION.pack(b"d", number, len(data)) + data)
        return number

    def soft(self, kind, value, detail="", site=None, depth=1):
        """Something beside tensors; `value` is a number of 32 bits that is equal where the event is."""
        if self.over:
            return
        where = self.intern(site if site is not None else sites.here(depth + 1))
        self.waiting.append(records.SOFT.pack(b"s", records.KIND[kind], self.intern(detail), where, value & 0xFFFFFFFF))
        if len(self.waiting) > _FLUSH_RECORDS:
            self.flush()

    def take(self, record):
        """Writes an operation down; False where the first run's next one is another, which `compare` is to look at."""
        self.waiting.append(record)
        self.count += 1
        if self.count >= self.check_at:
            self.check()
        reference = self.reference
        if reference is None:
            return True
        at = reference.position
        if reference.data[at : at + 18] == record:
            reference.position = at + 18
            return True
        return False

    def check(self):
        """Looks at the limits, and writes to the file what waits."""
        if self.most and self.count >= self.most and self.reference is None:
            self.stop("limit")
        if self.ends_at and time.time_ns() > self.ends_at * 10**9:
            self.stop("limit")
        self.check_at = self.count + _CHECK_EVERY
        if self.most > self.count:
            self.check_at = min(self.check_at, self.most)
        if len(self.waiting) > _FLUSH_RECORDS:
            self.flush()

    def hard(self, op, site, flags, hash, inputs=None, forward=sites.NOWHERE):
        """What is compared like an operation and is none; `op` and the places are texts."""
        if self.over:
            return
        each = records.Hard(flags, self.intern(op), self.intern(site), self.intern(forward), hash, inputs)
        if not self.take(each.packed()):
            self.compare(each, None)

    def compare(self, own, context):
        """Holds an operation against the first run's; where they part, that is reported and the run ends. `context` can run it again."""
        other = self.reference.next_hard()
        if other is None or other.kind == "e":
            limited = other is not None and other.how == records.LIMIT
            if limited or other is None:
                # The first run was cut off here: there is nothing more to compare.
                self.reference = None
                if limited and self.name == "main":
                    self.stop("same")
                return
            self.part(own, None, context)
        elif (other.op, other.site, other.forward) != (own.op, own.site, own.forward):
            self.part(own, other, context)
        elif other.hash != own.hash and not (own.flags | other.flags) & records.UNHASHED:
            if context is not None and context.carries:
                return
            if context is not None and own.flags & records.DRAWS:
                # Not yet a difference that matters: weights that are loaded right after were drawn for nothing.
                context.taint(self.report(own, other, context))
                return
            self.part(own, other, context)

    def report(self, own, other, context):
        """Where this run left the first one, as the driver reads it."""
        names = {number: text for text, number in self.texts.items()}
        if self.reference is not None:
            names.update({number: text for number, text in self.reference.texts.items() if number not in names})
        side = lambda each: each and {
            "op": names.get(each.op, "?"),
            "site": names.get(each.site, sites.NOWHERE),
            "forward": names.get(each.forward, sites.NOWHERE),
            "flags": each.flags,
            "hash": each.hash,
            "inputs": each.inputs,
        }
        repeats = context is not None and other is not None and other.op == own.op
        return {
            "stream": self.name,
            "index": self.count,
            "first": side(other),
            "second": side(own),
            "stack": sites.stack(2),
            "tensors": context.describe() if context else None,
            "again": context.again() if repeats else None,
            "draw": None,
        }

    def probe(self, own, context):
        """Runs an operation again that an earlier pair parted at, whether or not this run parts there."""
        global muted
        muted += 1
        try:
            self.write({"index": self.count + 1, "op": own.op, "inputs": own.inputs, "again": context.again()}, ".again")
        finally:
            muted -= 1

    def part(self, own, other, context):
        """Writes down where this run left the first one, and ends it."""
        global muted
        muted += 1
        told = self.report(own, other, context)
        told["draw"] = self.drawn() if self.drawn else None
        self.tell(told)

    def tell(self, told):
        """Leaves a report for the driver and ends this run."""
        self.write(told)
        self.stop("parted")

    def write(self, told, ending=".part"):
        with open(self.path(ending + ".tmp"), "w", encoding="utf-8") as file:
            json.dump(told, file)
        os.replace(self.path(ending + ".tmp"), self.path(ending + ".json"))

    def stop(self, how):
        """Ends this run at once: tells the driver, which ends the program's other processes too."""
        self.waiting.append(records.END.pack(b"e", records.LIMIT if how == "limit" else records.FINISHED))
        self.over = True
        self.flush()
        self.describe()
        with open(self.path("." + how), "w", encoding="utf-8") as file:
            file.write(str(self.count))
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:
                pass
        # The driver ends all processes of the run; a parent that sees this one die would only say so.
        if self.name != "main" or threading.current_thread() is not threading.main_thread():
            end = time.monotonic() + _GRACE_SECONDS
            while time.monotonic() < end:
                time.sleep(0.05)
        os._exit(98)

    def describe(self):
        """Leaves which files of the user's this process ran, and what the main one ran on."""
        with open(self.path(".files"), "w", encoding="utf-8") as file:
            json.dump(sites.user_files(), file)
        if self.name == "main":
            machine.write(self.path(".about"))

    def flush(self):
        waiting = self.waiting
        if self.pid != os.getpid() or not waiting or not self.flushing.acquire(blocking=False):
            return
        try:
            if self.file is None:
                self.file = open(self.path(), "wb", buffering=0)
            self.file.write(b"".join([waiting.popleft() for _ in range(len(waiting))]))
        finally:
            self.flushing.release()

    def close(self):
        """The end of the process."""
        if self.over or self.pid != os.getpid():
            return
        if self.reference is not None and self.drawn and self.drawn():
            self.write(self.drawn(), ".drawn")
        if self.reference is not None and (self.file or self.waiting):
            other = self.reference.next_hard()
            if other is not None and other.kind == "h" and not self.prefetches:
                self.shorter(other)
        is_empty = not (self.count or self.file or self.waiting)
        self.waiting.append(records.END.pack(b"e", records.FINISHED))
        if not is_empty:
            self.flush()
            self.describe()
        self.over = True

    def shorter(self, other):
        """This run has ended, the first one went on."""
        self.count += 1
        told = self.report(None, other, None)
        told["draw"] = self.drawn() if self.drawn else None
        self.write(told)


def soft(kind, value, detail="", site=None, depth=1):
    """An event of this process; silent while an operation runs, since what that does belongs to the operation."""
    if current is not None and not muted:
        current.soft(kind, value, detail, site, depth + 1)


def close():
    """Ends the stream of this process."""
    if current is not None:
        current.close()
