"""The folder a run works in: a fresh copy for each run at one path, so that neither sees what the other wrote."""

import hashlib
import os
import shutil

MOST_BYTES = 200 * 1024 * 1024
MOST_FILES = 50_000
# Linked, not copied: nobody trains on them, and they are large.
_LINKED = {".git", ".hg", ".svn", "node_modules", ".venv", "venv", ".tox", ".nox"}
_LEFT_OUT = {"__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache"}


def _is_linked(path):
    return os.path.basename(path) in _LINKED or os.path.exists(os.path.join(path, "pyvenv.cfg"))


def can_copy(folder, most=MOST_BYTES):
    """Whether a folder is small enough for each run to get a copy. Stops counting once it is not."""
    total = files = 0
    for at, folders, names in os.walk(folder):
        folders[:] = [each for each in folders if each not in _LEFT_OUT and not _is_linked(os.path.join(at, each))]
        for name in names:
            try:
                total += os.lstat(os.path.join(at, name)).st_size
            except OSError:
                continue
            files += 1
            if total > most or files > MOST_FILES:
                return False
    return True


def copy(folder, target):
    """Copies a folder, entries in the order of their names, so that two copies also list alike where listings follow creation."""
    if os.path.lexists(target):
        shutil.rmtree(target)
    os.makedirs(target)
    for entry in sorted(os.scandir(folder), key=lambda each: each.name):
        if entry.name in _LEFT_OUT:
            continue
        destination = os.path.join(target, entry.name)
        try:
            if entry.is_symlink():
                link = os.readlink(entry.path)
                os.symlink(link if os.path.isabs(link) else os.path.join(os.path.realpath(folder), link), destination)
            elif entry.is_dir():
                if _is_linked(entry.path):
                    os.symlink(os.path.realpath(entry.path), destination)
                else:
                    copy(entry.path, destination)
            elif entry.is_file():
                shutil.copy2(entry.path, destination)
        except OSError:
            continue  # What the user may not read, the program may not either.


def state_of(folder):
    """Sizes and times of a folder's files, to see what a run wrote where it could have no copy."""
    found = {}
    for at, folders, names in os.walk(folder):
        folders[:] = [each for each in folders if each not in _LEFT_OUT and not _is_linked(os.path.join(at, each))]
        for name in names:
            path = os.path.join(at, name)
            try:
                about = os.lstat(path)
            except OSError:
                continue
            found[path] = (about.st_size, about.st_mtime_ns)
            if len(found) >= MOST_FILES:
                return found
    return found


def prints(folder, names):
    """The SHA-256 of each text, without a byte order mark and with line ends of one kind; what is no text has none."""
    found = {}
    for name in names:
        try:
            with open(os.path.join(folder, name), encoding="utf-8-sig") as file:
                found[name] = hashlib.sha256(file.read().encode("utf-8")).hexdigest()
        except (OSError, UnicodeDecodeError):
            continue
    return found


def written(before, after, folder, most=50):
    """Files that were made or changed between two states, relative to the folder."""
    names = sorted(os.path.relpath(path, folder) for path, state in after.items() if before.get(path) != state)
    return names[:most]
