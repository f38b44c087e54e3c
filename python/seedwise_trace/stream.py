"""The stream of one process: writes its records, and in a second run compares each operation with the first run's."""

import json
import os
import sys
import threading
import time

from . import machine, records, sites

_FLUSH_BYTES = 1 << 16
_LIMIT_CHECK = 255
_GRACE_SECONDS = 30

current = None
# How many of our own or torch's blocks are open in which nothing is an event, and in which only operations are none.
muted = 0
quiet = 0


class Stream:
    """Opened with the first event, so that processes in which nothing happens leave no file."""

    def __init__(self, name, config):
        self.name, self.config, self.pid = name, config, os.getpid()
        self.buffer, self.texts, self.file = bytearray(), {}, None
        self.count = 0
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
            self.buffer += records.DEFINITION.pack(b"d", number, len(data)) + data
        return number

    def soft(self, kind, value, detail="", site=None, depth=1):
        """Something beside tensors; `value` is a number of 32 bits that is equal where the event is."""
        if self.over:
            return
        where = self.intern(site if site is not None else sites.here(depth + 1))
        self.buffer += records.SOFT.pack(b"s", records.KIND[kind], self.intern(detail), where, value & 0xFFFFFFFF)
        if len(self.buffer) > _FLUSH_BYTES:
            self.flush()

    def hard(self, op, site, forward, flags, hash, inputs=None, context=None):
        """An operation: `op`, `site` and `forward` are ids; `context` can run it again."""
        if self.over:
            return
        record = records.HARD.pack(b"h", flags, op, site, forward, hash)
        self.buffer += record
        if inputs is not None:
            self.buffer += records.INPUTS.pack(inputs)
        self.count += 1
        reference = self.reference
        if reference is not None:
            at = reference.position
            if inputs is None and reference.data[at : at + 18] == record:
                reference.position = at + 18
            else:
                self.compare(op, site, forward, flags, hash, inputs, context)
        if not self.count & _LIMIT_CHECK and self.ends_at and time.time_ns() > self.ends_at * 10**9:
            self.stop("limit")
        elif self.most and self.count >= self.most and self.reference is None:
            self.stop("limit")
        if len(self.buffer) > _FLUSH_BYTES:
            self.flush()

    def compare(self, op, site, forward, flags, hash, inputs, context):
        """Holds an operation against the first run's; where they part, that is reported and the run ends."""
        other = self.reference.next_hard()
        if other is None or other.kind == "e":
            limited = other is not None and other.how == records.LIMIT
            if limited or other is None:
                # The first run was cut off here: there is nothing more to compare.
                self.reference = None
                if limited and self.name == "main":
                    self.stop("same")
                return
            self.part(op, site, forward, flags, hash, inputs, None, context)
        elif (other.op, other.site, other.forward) != (op, site, forward):
            self.part(op, site, forward, flags, hash, inputs, other, context)
        elif other.hash != hash and not (flags | other.flags) & records.UNHASHED:
            if context is not None and context.carries:
                return
            if context is not None and flags & records.DRAWS:
                # Not yet a difference that matters: weights that are loaded right after were drawn for nothing.
                context.taint(self.report(op, site, forward, flags, hash, inputs, other, context))
                return
            self.part(op, site, forward, flags, hash, inputs, other, context)

    def report(self, op, site, forward, flags, hash, inputs, other, context):
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
        second = None if op is None else records.Hard(flags, op, site, forward, hash, inputs)
        repeats = context is not None and other is not None and other.op == op
        return {
            "stream": self.name,
            "index": self.count,
            "first": side(other),
            "second": side(second),
            "stack": sites.stack(2),
            "tensors": context.describe() if context else None,
            "again": context.again() if repeats else None,
            "draw": None,
        }

    def part(self, op, site, forward, flags, hash, inputs, other, context):
        """Writes down where this run left the first one, and ends it."""
        global muted
        muted += 1
        told = self.report(op, site, forward, flags, hash, inputs, other, context)
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
        self.buffer += records.END.pack(b"e", records.LIMIT if how == "limit" else records.FINISHED)
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
        """Leaves what the main process ran on."""
        if self.name == "main":
            machine.write(self.path(".about"))

    def flush(self):
        if self.pid != os.getpid() or not self.buffer:
            return
        if self.file is None:
            self.file = open(self.path(), "wb", buffering=0)
        self.file.write(self.buffer)
        self.buffer = bytearray()

    def close(self):
        """The end of the process."""
        if self.over or self.pid != os.getpid():
            return
        if self.reference is not None and self.drawn and self.drawn():
            self.write(self.drawn(), ".drawn")
        if self.reference is not None and (self.file or self.buffer):
            other = self.reference.next_hard()
            if other is not None and other.kind == "h" and not self.prefetches:
                self.shorter(other)
        self.buffer += records.END.pack(b"e", records.FINISHED)
        if self.count or self.file or len(self.buffer) > records.END.size:
            self.flush()
            self.describe()
        self.over = True

    def shorter(self, other):
        """This run has ended, the first one went on."""
        self.count += 1
        told = self.report(None, 0, 0, 0, 0, None, other, None)
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
