"""What beside torch's operations can differ between two runs: draws, seeds, entropy, clocks, listings, orders of completion.

Each is noted with the line that asked for it. In a run made to confirm a cause, `changes` names what is held still or disturbed here.
"""

import builtins
import functools
import hashlib
import os
import random
import sys
import time
import types
import zlib

from . import sites, stream

_changes = set()
_counter = [0]
# The seed that takes the place of the program's own, where several are compared.
_seed = [None]

_DRAWS = (
    "random uniform triangular randint choice randrange sample shuffle choices normalvariate lognormvariate expovariate vonmisesvariate "
    "gammavariate gauss betavariate paretovariate weibullvariate getrandbits randbytes binomialvariate"
).split()
_CLOCKS = "time time_ns perf_counter perf_counter_ns monotonic monotonic_ns process_time process_time_ns".split()


def hash_of(value):
    """A number of 32 bits for numbers, texts and arrays; 0 for what has no value that two runs share."""
    if isinstance(value, (int, float, complex, str, bytes, bool)) or value is None:
        return zlib.crc32(repr(value).encode("utf-8", "replace"))
    if hasattr(value, "tobytes"):
        try:
            return zlib.crc32(value.tobytes())
        except Exception:
            return 0
    if isinstance(value, (list, tuple)):
        number = 0
        for each in value:
            number = zlib.crc32(hash_of(each).to_bytes(4, "little"), number)
        return number
    return 0


def _constant(what):
    """A number that is the same in both runs, and another one for each process and each call."""
    _counter[0] += 1
    name = stream.current.name if stream.current else "main"
    return zlib.crc32(("%s %s %d" % (what, name, _counter[0])).encode())


def _seed_of(given):
    """The seed to use for one that code of the user's asks for."""
    return given if _seed[0] is None or given is None or sites.here(2) is sites.NOWHERE else _seed[0]


def _python_state():
    return zlib.crc32(repr(random.getstate()).encode())


def install(config):
    """Hooks what every process has. What is imported later is hooked then, by HOOKS."""
    _changes.update(config.get("changes", ()))
    _seed[0] = config.get("seed")
    _random()
    _entropy()
    _clocks()
    _listings()
    _hashes()
    if "seed-python" in _changes:
        random.seed(_constant("python"))


def reseed_child():
    """In a forked child, whose `random` Python has just seeded from entropy."""
    _counter[0] = 0
    if "seed-python" in _changes:
        _seed_python(_constant("python"))


_seed_python = random.seed


def _wrap(module, name, after, user_only=False):
    """Replaces a function of a module by one that calls it and then `after(result, args)`."""
    function = getattr(module, name, None)
    if function is None:
        return

    @functools.wraps(function)
    def traced(*args, **kwargs):
        result = function(*args, **kwargs)
        if stream.current is not None and not stream.muted and (not user_only or sites.is_user_frame(1)):
            after(result, args)
        return result

    setattr(module, name, traced)


def _random():
    plain = ("shuffle", "sample", "choice", "choices")
    for name in _DRAWS:
        value = (lambda result, args: _python_state()) if name in plain else (lambda result, args: hash_of(result))
        _wrap(random, name, lambda r, a, n=name, v=value: stream.soft("draw-python", v(r, a), "random." + n, depth=2))
    original = random.seed

    @functools.wraps(original)
    def seed(a=None, version=2):
        a = _seed_of(a)
        constant = a is None and "seed-python" in _changes
        result = original(_constant("python") if constant else a, version)
        stream.soft("seed-python", _python_state(), "random.seed" + ("" if a is not None else "()"))
        return result

    random.seed = seed
    _own_generators()
    system = random.SystemRandom
    for name in ("random", "getrandbits"):
        _wrap_method(system, name)


def _own_generators():
    original = random.Random

    class Random(original):
        def __init__(self, x=None):
            if x is None and "seed-generators" in _changes and sites.is_user_frame(1):
                x = _constant("generator")
            super().__init__(x)
            if stream.current is not None and not isinstance(self, random.SystemRandom) and sites.is_user_frame(1):
                kind = "generator" if x is None else "seed-generator"
                stream.soft(kind, zlib.crc32(repr(self.getstate()).encode()), "random.Random")

        def __new__(cls, *args, **kwargs):
            return original.__new__(cls)

    Random.__module__, Random.__qualname__ = "random", "Random"
    random.Random = Random


def _wrap_method(kind, name):
    method = getattr(kind, name)

    @functools.wraps(method)
    def traced(self, *args):
        place = sites.of_thread()
        if "entropy" in _changes and place is not sites.NOWHERE:
            # As the method does it, from numbers that two runs share.
            number = _constant("system")
            return number / 2**32 if name == "random" else number % (1 << args[0]) if args[0] <= 32 else _many(args[0])
        result = method(self, *args)
        if place is not sites.NOWHERE:
            stream.soft("entropy", hash_of(result), "random.SystemRandom", place)
        return result

    setattr(kind, name, traced)


def _many(bits):
    data = hashlib.sha512(str(_constant("system")).encode()).digest() * (bits // 512 + 1)
    return int.from_bytes(data, "big") % (1 << bits)


def _entropy():
    urandom = os.urandom

    def traced(size):
        place = sites.of_thread()
        if "entropy" in _changes and place is not sites.NOWHERE:
            return _many(size * 8).to_bytes(size, "big")
        data = urandom(size)
        if place is not sites.NOWHERE:
            stream.soft("entropy", zlib.crc32(data), "os.urandom", place)
        return data

    os.urandom = traced
    getpid = os.getpid

    def pid():
        if not sites.is_user_frame(1):
            return getpid()
        # No process has such a number, so nothing is hit by a signal that is meant for this one.
        number = (1 << 22) + 4096 + zlib.crc32(stream.current.name.encode()) % 4096 if "entropy" in _changes else getpid()
        stream.soft("entropy", number, "os.getpid")
        return number

    os.getpid = pid


def _hook_uuid(module):
    for name in ("uuid1", "uuid4"):
        function = getattr(module, name)

        @functools.wraps(function)
        def traced(*args, _function=function, _name=name, **kwargs):
            if "entropy" in _changes and sites.of_thread() is not sites.NOWHERE:
                return module.UUID(int=_many(128), version=4)
            result = _function(*args, **kwargs)
            if sites.is_user_frame(1):
                stream.soft("entropy", hash_of(result.int), "uuid." + _name)
            return result

        setattr(module, name, traced)


def _clocks():
    ticks = [0]
    for name in _CLOCKS:
        function = getattr(time, name)

        @functools.wraps(function)
        def traced(*args, _function=function, _name=name):
            if not sites.is_user_frame(1):
                return _function(*args)
            if "clock" in _changes:
                ticks[0] += 1
                return 1_700_000_000_000_000_000 + ticks[0] * 10**6 if _name.endswith("_ns") else 1.7e9 + ticks[0] / 1000
            result = _function(*args)
            stream.soft("clock", hash_of(result), "time." + _name)
            return result

        setattr(time, name, traced)
    _calendars(ticks)
    if "clock" in _changes:
        _still_dates(ticks)


# Functions that read the clock where they are given no time: how many arguments leave it out.
_CALENDARS = {"localtime": 0, "gmtime": 0, "ctime": 0, "asctime": 0, "strftime": 1}


def _calendars(ticks):
    for name, few in _CALENDARS.items():
        function = getattr(time, name)

        @functools.wraps(function)
        def traced(*args, _function=function, _name=name, _few=few):
            if len(args) > _few or not sites.is_user_frame(1):
                return _function(*args)
            if "clock" in _changes:
                ticks[0] += 1
                moment = 1.7e9 + ticks[0] / 1000
                return _function(*args, moment if _name in ("localtime", "gmtime", "ctime") else _localtime(moment))
            result = _function(*args)
            stream.soft("clock", hash_of(tuple(result) if isinstance(result, tuple) else result), "time." + _name)
            return result

        setattr(time, name, traced)


_localtime = time.localtime


def _still_dates(ticks):
    """Only in runs with a clock that is held: dates from it."""
    import datetime

    class Meta(type):
        def __instancecheck__(cls, value):
            return isinstance(value, cls.__mro__[1])

        def __subclasscheck__(cls, kind):
            return issubclass(kind, cls.__mro__[1])

    def moment():
        ticks[0] += 1
        return 1.7e9 + ticks[0] / 1000

    original, day = datetime.datetime, datetime.date

    class Datetime(original, metaclass=Meta):
        @classmethod
        def now(cls, tz=None):
            return original.fromtimestamp(moment(), tz)

        @classmethod
        def utcnow(cls):
            return original.fromtimestamp(moment(), datetime.timezone.utc).replace(tzinfo=None)

        @classmethod
        def today(cls):
            return original.fromtimestamp(moment())

    class Date(day, metaclass=Meta):
        @classmethod
        def today(cls):
            return day.fromtimestamp(moment())

    Datetime.__name__ = Datetime.__qualname__ = "datetime"
    Date.__name__ = Date.__qualname__ = "date"
    datetime.datetime, datetime.date = Datetime, Date


def _listings():
    listdir, scandir = os.listdir, os.scandir

    def order(names, key):
        if "listing" in _changes:
            return sorted(names, key=key)
        return names[::-1] if "reversed" in _changes else names

    @functools.wraps(listdir)
    def traced(*args, **kwargs):
        names = listdir(*args, **kwargs)
        if not sites.is_user_through_stdlib():
            return names
        place = sites.here()
        names = order(names, lambda name: name)
        stream.soft("listing", hash_of(names), "os.listdir", place)
        return names

    class Entries:
        """The entries of a folder in the order that a run is to see."""

        def __init__(self, entries):
            self.entries = iter(entries)

        def __iter__(self):
            return self

        def __next__(self):
            return next(self.entries)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.close()

        def close(self):
            self.entries = iter(())

    @functools.wraps(scandir)
    def scanned(*args, **kwargs):
        if not sites.is_user_through_stdlib():
            return scandir(*args, **kwargs)
        place = sites.here()
        with scandir(*args, **kwargs) as found:
            entries = order(list(found), lambda entry: entry.name)
        stream.soft("listing", hash_of([entry.name for entry in entries]), "os.scandir", place)
        return Entries(entries)

    os.listdir, os.scandir = traced, scanned


def _hook_pathlib(module):
    accessor = getattr(module, "_NormalAccessor", None)
    for name in ("listdir", "scandir"):
        if accessor is not None and hasattr(accessor, name):
            setattr(accessor, name, staticmethod(getattr(os, name)))


def _hook_glob(module):
    """In Python 3.13 what matches patterns of paths keeps the function that `os` had when it was imported."""
    for kind in list(vars(module).values()):
        kept = vars(kind).get("scandir") if isinstance(kind, type) else None
        if isinstance(kept, staticmethod) and isinstance(kept.__func__, types.BuiltinFunctionType):
            kind.scandir = staticmethod(os.scandir)


def _hashes():
    original, frame_of, is_user_file = builtins.hash, sys._getframe, sites.is_user_file

    @functools.wraps(original)
    def traced(value):
        result = original(value)
        # Torch itself asks for hashes at every operation.
        if is_user_file(frame_of(1).f_code.co_filename):
            stream.soft("hash", result & 0xFFFFFFFF, "hash")
        return result

    builtins.hash = traced


def _hook_numpy(module):
    generator = module.mtrand._rand
    for name in dir(module):
        function = getattr(module, name, None)
        if name.startswith("_") or getattr(function, "__self__", None) is not generator:
            continue
        if name in ("get_state", "set_state", "seed"):
            continue
        in_place = name in ("shuffle", "choice", "permutation", "bytes")
        value = (lambda result, args: _numpy_state(module)) if in_place else (lambda result, args: hash_of(result))
        _wrap(module, name, lambda r, a, n=name, v=value: stream.soft("draw-numpy", v(r, a), "numpy.random." + n, depth=2))
    original = module.seed

    def seed(seed=None):
        seed = _seed_of(seed)
        constant = seed is None and "seed-numpy" in _changes
        stream.muted += 1
        try:
            result = original(_constant("numpy") if constant else seed)
        finally:
            stream.muted -= 1
        stream.soft("seed-numpy", _numpy_state(module), "numpy.random.seed" + ("" if seed is not None else "()"))
        return result

    functools.update_wrapper(seed, original)
    module.seed = seed
    _numpy_generators(module)
    if "seed-numpy" in _changes:
        original(_constant("numpy"))


def _numpy_state(module):
    return zlib.crc32(module.get_state(legacy=True)[1].tobytes(), module.get_state(legacy=True)[2])


def _numpy_generators(module):
    """Generators of numpy's that get no seed ask this function for one."""
    bits = module.bit_generator.randbits
    seeded = [0]

    def randbits(count):
        place = sites.here()
        if seeded[0] or place is sites.NOWHERE or stream.muted:
            return bits(count)
        # The entropy behind it is this generator's own affair.
        stream.muted += 1
        try:
            number = _many(count) if "seed-generators" in _changes else bits(count)
        finally:
            stream.muted -= 1
        stream.soft("generator", number & 0xFFFFFFFF, "numpy.random", place)
        return number

    module.bit_generator.randbits = randbits
    original = module.RandomState

    class Meta(type):
        def __instancecheck__(cls, value):
            return isinstance(value, original)

        def __call__(cls, *args, **kwargs):
            quiet = bool(args and args[0] is not None or kwargs.get("seed") is not None)
            seeded[0] += quiet
            try:
                made = original(*args, **kwargs)
            finally:
                seeded[0] -= quiet
            if quiet:
                value = zlib.crc32(made.get_state(legacy=True)[1].tobytes())
                stream.soft("seed-generator", value, "numpy.random.RandomState")
            return made

    class RandomState(original, metaclass=Meta):
        pass

    RandomState.__module__, RandomState.__qualname__ = original.__module__, original.__qualname__
    module.RandomState = RandomState
    make = module.default_rng

    @functools.wraps(make)
    def default_rng(seed=None):
        made = make(seed)
        if seed is not None and not isinstance(seed, (module.Generator, module.BitGenerator)):
            stream.soft("seed-generator", zlib.crc32(repr(made.bit_generator.state).encode()), "numpy.random.default_rng")
        return made

    module.default_rng = default_rng


def _hook_torch(torch):
    from . import loaders, ops

    loaders.torch_is_whole()
    manual, entropy = torch.random.manual_seed, torch.random.seed

    @functools.wraps(manual)
    def manual_seed(seed):
        seed = _seed_of(seed)
        stream.soft("seed-torch", hash_of(int(seed)), "torch.manual_seed")
        return manual(seed)

    @functools.wraps(entropy)
    def seed():
        number = entropy()
        if "seed-torch" in _changes:
            number = _constant("torch")
            manual(number)
        stream.soft("seed-torch", hash_of(number), "torch.seed()")
        return number

    torch.manual_seed = torch.random.manual_seed = manual_seed
    torch.seed = torch.random.seed = seed
    _torch_generators(torch)
    if "seed-torch" in _changes:
        manual(_constant("torch"))
    if "threads" in _changes:
        torch.set_num_threads(1)
    if "deterministic" in _changes:
        torch.use_deterministic_algorithms(True, warn_only=True)
    if not stream.current.config.get("untraced"):
        ops.enter()


def _torch_generators(torch):
    original = torch.Generator

    class Meta(type(original)):
        def __instancecheck__(cls, value):
            return isinstance(value, original)

    class Generator(original, metaclass=Meta):
        def manual_seed(self, seed):
            stream.soft("seed-generator", hash_of(int(seed)), "torch.Generator.manual_seed")
            return super().manual_seed(seed)

        def seed(self):
            number = super().seed()
            if "seed-generators" in _changes:
                number = _constant("generator")
                super().manual_seed(number)
            stream.soft("generator", hash_of(number), "torch.Generator.seed")
            return number

    Generator.__module__, Generator.__qualname__ = original.__module__, original.__qualname__
    torch.Generator = Generator


def _hook_futures(module):
    original = module.as_completed

    @functools.wraps(original)
    def as_completed(fs, timeout=None):
        place = sites.here()
        futures = list(fs)
        numbers = {id(each): index for index, each in enumerate(futures)}
        if "completion" in _changes:
            for each in futures:
                module.wait([each], timeout)
                yield each
            return
        for each in original(futures, timeout):
            stream.soft("completion", numbers[id(each)], "as_completed", place)
            yield each

    def begin(fs, timeout=None):
        # A generator's own frame has no caller until it is asked for its first item.
        return as_completed(fs, timeout)

    begin = functools.wraps(original)(begin)
    for each in (module, sys.modules.get("concurrent.futures")):
        if each is not None:
            each.as_completed = begin


def _hook_pool(module):
    unordered = module.Pool.imap_unordered

    @functools.wraps(unordered)
    def imap_unordered(self, func, iterable, chunksize=1):
        place = sites.here()
        if "completion" in _changes:
            return self.imap(func, iterable, chunksize)
        return _noted(unordered(self, func, iterable, chunksize), place)

    module.Pool.imap_unordered = imap_unordered


def _noted(results, place):
    for result in results:
        stream.soft("completion", hash_of(result), "imap_unordered", place)
        yield result


def _hook_threading(module):
    start = module.Thread.start

    @functools.wraps(start)
    def begin(self):
        if not stream.muted:
            place = sites.here()
            if place is not sites.NOWHERE:
                stream.soft("thread", 0, "thread", place)
        return start(self)

    module.Thread.start = begin


HOOKS = {
    "concurrent.futures._base": _hook_futures,
    "glob": _hook_glob,
    "multiprocessing.pool": _hook_pool,
    "numpy.random": _hook_numpy,
    "pathlib": _hook_pathlib,
    "threading": _hook_threading,
    "torch": _hook_torch,
    "uuid": _hook_uuid,
}
