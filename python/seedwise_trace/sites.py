"""Which line of the user's code an event belongs to: the nearest frame that is neither Python's, a library's nor ours."""

import os
import sys
import sysconfig
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
LIBRARIES = tuple(
    {
        os.path.join(os.path.realpath(path), "")
        for name in ("stdlib", "platstdlib")
        for path in (sysconfig.get_paths().get(name), os.path.dirname(os.__file__))
        if path
    }
    | {os.path.join(path, "") for path in (sysconfig.get_paths()["stdlib"], os.path.dirname(os.__file__), HERE)}
)
PARTS = (os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep, "torchinductor_")

NOWHERE = "-"
MOST_FRAMES = 400

# (folder as it is, what it is called): the copy that a run works in, and the folder it was copied from.
_root = [None]
_of_user = {}
# Whose code a file has.
LIBRARYS, USERS, OURS = range(3)
_kinds = {}
_names = {}
_cache = {}
_main = threading.main_thread().ident

# The files of this package.
_OURS = {os.path.join(HERE, name) for name in os.listdir(HERE)}

# Code of ours below which somebody else's line is the one to name: code -> the variable that holds it.
STAND_INS = {}
# Code below which the frames are a parent's, that a forked child inherited.
BOTTOMS = set()


def set_root(path):
    """Names of files are relative to this folder from now on."""
    _root[0] = os.path.realpath(path)
    _cache.clear()
    _names.clear()


def is_user_file(name):
    """Whether a file's code is the user's own."""
    known = _of_user.get(name)
    if known is None:
        known = not (name.startswith("<") or name.startswith(LIBRARIES) or any(part in name for part in PARTS))
        _of_user[name] = known
    return known


def file_name(path):
    """A path as traces have it: relative to the folder the program was started in, with forward slashes."""
    known = _names.get(path)
    if known is None:
        known = path
        if _root[0]:
            try:
                known = os.path.relpath(os.path.realpath(path), _root[0])
            except ValueError:
                pass
        known = _names[path] = known.replace(os.sep, "/")
    return known


def user_files():
    """The files that the user's modules came from, as traces have them."""
    paths = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    # Python has taken the name of its file from the main module when a process ends.
    paths += [path for path in list(_of_user) if os.path.isabs(path)]
    return sorted({file_name(path) for path in paths if isinstance(path, str) and is_user_file(path)})


def text_of(frame):
    """`file:line:function` of a frame."""
    code = frame.f_code
    return "%s:%d:%s" % (file_name(code.co_filename), frame.f_lineno or 0, code.co_name)


def nearest(frame):
    """The place of the nearest frame of the user's, as text; NOWHERE if there is none."""
    left = MOST_FRAMES
    while frame is not None and left:
        code = frame.f_code
        name = code.co_filename
        kind = _kinds.get(name)
        if kind is None:
            kind = _kinds[name] = OURS if name in _OURS else USERS if is_user_file(name) else LIBRARYS
        if kind == USERS:
            # By identity: to compare two pieces of code is to compare all that is in them.
            key = (id(code), frame.f_lasti)
            found = _cache.get(key)
            if found is None:
                found = _cache[key] = (text_of(frame), code)
            return found[0]
        if kind == OURS:
            if code in STAND_INS:
                text = frame.f_locals.get(STAND_INS[code])
                if text:
                    return text
            if code in BOTTOMS:
                return NOWHERE
        frame = frame.f_back
        left -= 1
    return NOWHERE


def here(depth=1):
    """The place of whoever called; in a thread of autograd's, that of the main thread, which waits for it."""
    text = nearest(sys._getframe(depth + 1))
    if text is NOWHERE and threading.get_ident() != _main:
        text = nearest(sys._current_frames().get(_main))
    return text


def of_thread(depth=1):
    """The same without that: what a library does in a thread of its own is none of the user's lines, and takes its turn by chance."""
    return nearest(sys._getframe(depth + 1))


def stack(depth=1):
    """The places of all frames of the user's, innermost first."""
    found = []
    frame = sys._getframe(depth + 1)
    while frame is not None and len(found) < 50:
        if frame.f_code in STAND_INS:
            text = frame.f_locals.get(STAND_INS[frame.f_code])
            if text and text not in found:
                found.append(text)
        if frame.f_code in BOTTOMS:
            break
        if is_user_file(frame.f_code.co_filename):
            found.append(text_of(frame))
        frame = frame.f_back
    return found


def is_user_frame(depth=1):
    """Whether the caller is code of the user's."""
    return is_user_file(sys._getframe(depth + 1).f_code.co_filename)


def is_user_through_stdlib(depth=1):
    """Whether code of the user's asked for this, itself or by way of Python's own library, as `glob` does."""
    frame = sys._getframe(depth + 1)
    while frame is not None:
        name = frame.f_code.co_filename
        if is_user_file(name):
            return True
        if not (name.startswith("<") or name.startswith(LIBRARIES)) or any(part in name for part in PARTS):
            return False
        frame = frame.f_back
    return False
