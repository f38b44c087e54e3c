"""The format of a trace: fixed-size records in one stream a process, and the archive that `--record` writes.

A stream is a sequence of records, integers little-endian. The first byte says which:

    d  id:4 length:2 text           what an id stands for: an operation, a place `file:line:function`, a detail
    h  flags:1 op:4 site:4 forward:4 hash:4 [inputs:4]
                                    an operation and the hash of its results; `inputs` where the flag INPUTS says so
    s  kind:1 detail:4 site:4 value:4
                                    what happens beside tensors: a draw, a seed, a listing, a look at the clock
    e  how:1                        the end of the process

An id is the CRC-32 of its text, so that two traces can be compared without their texts. An operation takes 18 bytes, 22 with inputs.
"""

import json
import mmap
import os
import struct
import zipfile
import zlib

from .words import say

VERSION = 4

HARD = struct.Struct("<cBIIII")
INPUTS = struct.Struct("<I")
SOFT = struct.Struct("<cBIII")
DEFINITION = struct.Struct("<cIH")
END = struct.Struct("<cB")

# Flags of an operation.
DRAWS, UNINITIALIZED, HAS_INPUTS, BACKWARD, OWN_GENERATOR, OUTSIDE, UNHASHED = (1 << bit for bit in range(7))

# How a stream ended.
FINISHED, LIMIT = 0, 1

# Kinds of what happens beside tensors.
KINDS = (
    "draw-python",
    "draw-numpy",
    "seed-python",
    "seed-numpy",
    "seed-torch",
    "seed-generator",
    "generator",
    "entropy",
    "clock",
    "listing",
    "completion",
    "hash",
    "environment",
    "base-seed",
    "process",
    "thread",
    "uninitialized",
)
KIND = {name: index for index, name in enumerate(KINDS)}

_SIZES = {b"h": HARD.size, b"s": SOFT.size, b"e": END.size}


def id_of(text):
    """The number that stands for a text."""
    return zlib.crc32(text.encode("utf-8", "replace"))


class Hard:
    """One operation of a stream: ids, not texts."""

    __slots__ = ("flags", "op", "site", "forward", "hash", "inputs")
    kind = "h"

    def __init__(self, flags, op, site, forward, hash, inputs=None):
        self.flags, self.op, self.site, self.forward, self.hash, self.inputs = flags, op, site, forward, hash, inputs

    def packed(self):
        """The record as the stream has it."""
        head = HARD.pack(b"h", self.flags, self.op, self.site, self.forward, self.hash)
        return head if self.inputs is None else head + INPUTS.pack(self.inputs)


class Soft:
    """One event beside tensors."""

    __slots__ = ("name", "detail", "site", "value")
    kind = "s"

    def __init__(self, name, detail, site, value):
        self.name, self.detail, self.site, self.value = name, detail, site, value


class End:
    """The end of a process that ended by itself, or at a limit."""

    __slots__ = ("how",)
    kind = "e"

    def __init__(self, how):
        self.how = how


class Reader:
    """Reads a stream record by record; one that was cut off ends at its last whole record."""

    def __init__(self, path):
        self.texts = {}
        self.position = 0
        self.file = open(path, "rb")
        size = os.fstat(self.file.fileno()).st_size
        self.data = mmap.mmap(self.file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""

    def close(self):
        if self.data:
            self.data.close()
        self.file.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __iter__(self):
        while True:
            record = self.next()
            if record is None:
                return
            yield record

    def next(self):
        """The next operation, event or end; None where the stream ends. Definitions go to `texts`."""
        data, length = self.data, len(self.data)
        while self.position < length:
            at = self.position
            mark = data[at : at + 1]
            if mark == b"d":
                if at + DEFINITION.size > length:
                    return None
                _, number, size = DEFINITION.unpack_from(data, at)
                end = at + DEFINITION.size + size
                if end > length:
                    return None
                self.texts[number] = data[end - size : end].decode("utf-8", "replace")
                self.position = end
                continue
            size = _SIZES.get(mark)
            if size is None or at + size > length:
                return None
            return self._read(mark, at, size, length)
        return None

    def _read(self, mark, at, size, length):
        data = self.data
        self.position = at + size
        if mark == b"e":
            return End(END.unpack_from(data, at)[1])
        if mark == b"s":
            _, kind, detail, site, value = SOFT.unpack_from(data, at)
            return Soft(KINDS[kind] if kind < len(KINDS) else "unknown", detail, site, value)
        _, flags, op, site, forward, hash = HARD.unpack_from(data, at)
        inputs = None
        if flags & HAS_INPUTS:
            if self.position + INPUTS.size > length:
                self.position = length
                return None
            inputs = INPUTS.unpack_from(data, self.position)[0]
            self.position += INPUTS.size
        return Hard(flags, op, site, forward, hash, inputs)

    def next_hard(self):
        """The next operation or end, past the events before it."""
        record = self.next()
        while record is not None and record.kind == "s":
            record = self.next()
        return record


def write_archive(path, folder, header):
    """Packs the streams of a folder and what was known of the machine into one compressed file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        archive.writestr("header.json", json.dumps(dict(header, format="seedwise-trace", version=VERSION), indent=2))
        for name in sorted(os.listdir(folder)):
            if name.endswith(".stream"):
                archive.write(os.path.join(folder, name), "streams/" + name)


def read_archive(path, folder, limit=1 << 31):
    """Unpacks an archive's streams into a folder and gives its header. Raises ValueError for what is no such archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            header = json.loads(archive.read("header.json"))
            if header.get("format") != "seedwise-trace":
                raise ValueError(say("it is no trace of Seedwise"))
            if header.get("version") != VERSION:
                raise ValueError(say("its format has version {0}, this is version {1}", header.get("version"), VERSION))
            infos = [each for each in archive.infolist() if each.filename.startswith("streams/")]
            if sum(each.file_size for each in infos) > limit:
                raise ValueError(say("it is larger than {0} bytes", limit))
            for each in infos:
                name = os.path.basename(each.filename)
                with archive.open(each) as source, open(os.path.join(folder, name), "wb") as target:
                    for block in iter(lambda: source.read(1 << 20), b""):
                        target.write(block)
            return header
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError, json.JSONDecodeError, AttributeError):
        raise ValueError(say("it is no trace of Seedwise"))
    except OSError as problem:
        raise ValueError(say("it cannot be read: {0}", problem))
