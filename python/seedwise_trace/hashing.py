"""Hashes of memory: 32 bits that depend on every byte and on its place, at several times the speed of a checksum where there is much of it."""

import ctypes
import sys
from zlib import crc32

import torch

# From this size on words are summed, not bytes.
_WIDE_BYTES = 1 << 15
# Sampled beyond this size: the ends and blocks in between.
_WHOLE_BYTES = 1 << 28
_BLOCK = 1 << 16
_BLOCKS = 256
_MOST_SIZES = 4096

# Memory is read as a table of words of 64 bits with so many columns. It is a prime: what lies at a regular distance, as a column of a
# matrix does, comes into all columns of the table.
COLUMNS = 1021
_ROW_BYTES = COLUMNS * 8

_arrays = {}


def bytes_hash(address, size, seed=0):
    """Of `size` bytes of memory."""
    if size > _WHOLE_BYTES:
        step = (size - _BLOCK) // (_BLOCKS - 1)
        for index in range(_BLOCKS):
            seed = bytes_hash(address + index * step, _BLOCK, seed)
        return seed
    kind = _arrays.get(size)
    if kind is None:
        if len(_arrays) > _MOST_SIZES:
            _arrays.clear()
        kind = _arrays[size] = ctypes.c_char * size
    memory = kind.from_address(address)
    if size < _WIDE_BYTES:
        return crc32(memory, seed)
    rows = size // _ROW_BYTES
    return crc32(memoryview(memory)[rows * _ROW_BYTES :], crc32(_sums(memory, rows), seed))


def weights():
    """An odd number of 64 bits for each column, by SplitMix64: what grows evenly would not tell a table from one with its rows in another order."""
    for column in range(1, COLUMNS + 1):
        number = column * 0x9E3779B97F4A7C15
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
            number &= 0xFFFFFFFFFFFFFFFF
            number = (number ^ (number >> shift)) * factor
        yield number & 0xFFFFFFFFFFFFFFFF | 1


def signed(number):
    """A number of 64 bits as torch has it."""
    return number - (1 << 64) if number >> 63 else number


# Both sums are needed: in that of a row by weights, the upper bits of two words, as their signs, may make up for each other.
def _sums_by_numpy(numpy):
    """The sum of each row by its weights, and that of each column."""
    by_column = numpy.array(list(weights()), dtype=numpy.uint64)
    kind, add = numpy.dtype(numpy.uint64), numpy.add.reduce

    def sums(memory, rows):
        table = numpy.frombuffer(memory, kind, rows * COLUMNS).reshape(rows, COLUMNS)
        return table.dot(by_column).tobytes() + add(table, 0).tobytes()

    return sums


def _sums_by_torch():
    """The same where there is no NumPy."""
    by_column = torch.tensor([signed(each) for each in weights()], dtype=torch.int64)

    def sums(memory, rows):
        table = torch.frombuffer(memory, dtype=torch.int64, count=rows * COLUMNS).view(rows, COLUMNS)
        parts = (table.mv(by_column), table.sum(0))
        return b"".join(ctypes.string_at(each.data_ptr(), each.nbytes) for each in parts)

    return sums


_sums = _sums_by_numpy(sys.modules["numpy"]) if "numpy" in sys.modules else _sums_by_torch()
