"""The tree of processes, and how all below one of them are ended."""

# ruff: noqa: PTH123, PTH208 - pathlib takes 5 ms to import
import os
import time

# `collections.abc` would import `collections`: more pages, each of which costs a fault after a fork.
from _collections_abc import Callable

_KILL, _STOP = 9, 19
# Within this, whatever only starts one process after another must have been caught.
_END_LIMIT_S = 2.0
_PAUSE_S = 0.001
# Where others start processes meanwhile, one may be missed by a look; by this many in a row, hardly.
_LOOKS = 20


class Entry:
    """One process, as /proc/PID/stat tells; see proc_pid_stat(5)."""

    __slots__ = ("group", "is_zombie", "parent", "session")

    def __init__(self, text: bytes) -> None:
        # The name, in brackets, may hold anything.
        fields = text[text.rindex(b")") + 2 :].split()
        self.is_zombie = fields[0] in b"ZX"
        self.parent, self.group, self.session = map(int, fields[1:4])


class Tree:
    """All processes at one moment, and those below this one among them."""

    def __init__(self) -> None:
        before = _last_number()
        self.entries: dict[int, Entry] = {}
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    with open(f"/proc/{name}/stat", "rb") as file:
                        self.entries[int(name)] = Entry(file.read())
                except OSError:
                    continue  # it has ended
        # A process that started meanwhile may be missing.
        self.is_complete = _last_number() == before
        self._children: dict[int, list[int]] = {}
        for number, entry in self.entries.items():
            self._children.setdefault(entry.parent, []).append(number)

    def below(self, root: int) -> set[int]:
        """Return all that descend from a process."""
        found: set[int] = set()
        waiting = [root]
        while waiting:
            for child in self._children.get(waiting.pop(), ()):
                if child not in found:
                    found.add(child)
                    waiting.append(child)
        return found

    def alive(self, numbers: set[int]) -> set[int]:
        """Return those that can still do something."""
        return {number for number in numbers if number in self.entries and not self.entries[number].is_zombie}

    def kill(self, numbers: set[int], kept: set[int]) -> None:
        """End processes: by their groups, which no fork slips out of, where none of those to keep is in the group."""
        groups = {self.entries[number].group for number in numbers}
        groups -= {self.entries[number].group for number in kept if number in self.entries}
        for group in groups - {0, 1, os.getpgrp()}:
            signal(-group, _KILL)
        for number in numbers:
            signal(number, _KILL)


def end_others(roots: set[int]) -> bool:
    """End all that descends from this process and from none of the roots; tell whether that succeeded."""
    own = os.getpid()

    def others(tree: Tree) -> tuple[set[int], set[int]]:
        kept = {own} | roots
        for root in roots:
            kept |= tree.below(root)
        return tree.alive(tree.below(own) - kept), kept

    return _end(others)


def end_below(root: int) -> bool:
    """Stop a process and end all that descends from it, then itself; tell whether that succeeded."""

    def left(tree: Tree) -> tuple[set[int], set[int]]:
        # Those of its own group end together with it.
        return {each for each in tree.alive(tree.below(root)) if tree.entries[each].group != root}, {root}

    signal(root, _STOP)
    is_done = _end(left)
    signal(-root, _KILL)
    signal(root, _KILL)
    return is_done


def _end(find: Callable[[Tree], tuple[set[int], set[int]]]) -> bool:
    """End what is found, and not what is to be kept, until nothing is found; tell whether that succeeded."""
    deadline, empty_looks = time.monotonic() + _END_LIMIT_S, 0
    while time.monotonic() < deadline:
        tree = Tree()
        found, kept = find(tree)
        empty_looks = 0 if found else empty_looks + 1
        if not found and (tree.is_complete or empty_looks >= _LOOKS):
            return True
        tree.kill(found, kept)
        if found:
            time.sleep(_PAUSE_S)
    return False


def end_session(leader: int) -> None:
    """End what is left of a session whose leader has ended."""
    tree = Tree()
    signal(-leader, _KILL)
    for number, entry in tree.entries.items():
        if entry.session == leader and not entry.is_zombie:
            signal(number, _KILL)


def _last_number() -> bytes:
    """Return the number that the last process got that was started; see proc_loadavg(5)."""
    with open("/proc/loadavg", "rb") as file:
        return file.read().split()[-1]


def signal(number: int, kind: int) -> None:
    """Send a signal to a process, or with a negative number to a group, that may have ended."""
    # As process 1 or not: -1 would be everything, and 0 this group.
    if number in {-1, 0}:
        return
    try:
        os.kill(number, kind)
    except (ProcessLookupError, PermissionError):
        return
