"""Variables of the environment that the program's own code reads: which ones, and whether they are the same in two runs.

Only a number for the value is kept. What sets a variable anew in each run names itself at the line that reads it.
"""

import dis
import os
import sys
import zlib

from . import sites, stream

# What begins the names of this package's own variables.
OWN = "SEEDWISE_"
# What begins a change that holds the variable named after it.
CHANGE = "environment:"

_held = set()
_read = {}


def number_of(value):
    """A number of 32 bits for a value; 0 for none."""
    return 0 if value is None else zlib.crc32(value.encode("utf-8", "surrogateescape")) or 1


def read():
    """By name: the numbers of the values that code of the user's has read, as they were then."""
    return dict(sorted(_read.items()))


def _constant(name, value):
    """What is read in place of a value that is held: digits stay digits, and as many."""
    number = zlib.crc32(name.encode())
    return str(10 ** (len(value) - 1) + number % (9 * 10 ** (len(value) - 1))) if value.isdigit() else "%08x" % number


def _saw(name, value):
    """What code of the user's is to read; None is a variable that is not set."""
    if stream.current is None or name.startswith(OWN):
        return value
    if name in _held and value is not None:
        value = _constant(name, value)
    number = number_of(value)
    _read.setdefault(name, number)
    stream.soft("environment", number, name, depth=2)
    return value


def _subscripts(frame):
    """Whether a frame asks for one variable by its name: who copies all of them, as for a child, has read none."""
    return dis.opname[frame.f_code.co_code[frame.f_lasti]].startswith("BINARY_")


def install(config):
    """Watches the ways in which Python code reads a variable."""
    _held.update(each[len(CHANGE) :] for each in config.get("changes", ()) if each.startswith(CHANGE))
    variables = os.environ
    kind = type(variables)
    item = kind.__getitem__

    def value_of(name):
        try:
            return item(variables, name)
        except KeyError:
            return None

    def __getitem__(self, key):
        value = item(self, key)
        return _saw(key, value) if self is variables and sites.is_user_frame(1) and _subscripts(sys._getframe(1)) else value

    def get(self, key, default=None):
        if self is not variables:
            return self[key] if key in self else default
        value = value_of(key)
        if sites.is_user_frame(1):
            value = _saw(key, value)
        return default if value is None else value

    def getenv(key, default=None):
        value = value_of(key)
        if sites.is_user_frame(1):
            value = _saw(key, value)
        return default if value is None else value

    kind.__getitem__, kind.get, os.getenv = __getitem__, get, getenv
