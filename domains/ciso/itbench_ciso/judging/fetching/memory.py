"""Remembers what scripts collected: cheats, repeats and second looks hand in the same script."""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence

from itbench import Input
from itbench_ciso.judging.fetching.outcome import FetchOutcome

_MOST_BYTES = 128 * 1024 * 1024
_OWN_BYTES = 1000


class FetchMemory:
    """Outcomes by the hashes of script and files; the ones that were used longest ago are forgotten first."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._held_bytes = 0
        self._found: OrderedDict[str, FetchOutcome] = OrderedDict()

    def get(self, key: str) -> FetchOutcome | None:
        """Return what is remembered."""
        if key in self._found:
            self._found.move_to_end(key)
        return self._found.get(key)

    def put(self, key: str, outcome: FetchOutcome) -> None:
        """Remember an outcome."""
        if key in self._found:
            return
        self._found[key] = outcome
        self._held_bytes += _size(outcome)
        while self._held_bytes > self._most_bytes:
            _, oldest = self._found.popitem(last=False)
            self._held_bytes -= _size(oldest)


def key_of(script: bytes, files: Sequence[Input], surroundings: str) -> str:
    """Return what tells one run from another: the script, the files, and whatever else has a say."""
    digest = hashlib.sha256(f"{surroundings}\0{len(script)}\0".encode() + script)
    for entry in files:
        content = entry.source.read_bytes()
        digest.update(f"{entry.path}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _size(outcome: FetchOutcome) -> int:
    return _OWN_BYTES + len(outcome.data or b"")
