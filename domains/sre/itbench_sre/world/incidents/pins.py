"""The incidents of the embedded suites: found once, with their truths, so that first use only writes snapshots."""

import lzma
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from itbench import DataError
from itbench_sre.world.incidents.entry import Entry, entry_from

PINS = Path(__file__).parents[2] / "suites" / "incidents.jsonl.xz"


@lru_cache(maxsize=1)
def pinned() -> tuple[Entry, ...]:
    """Return the pinned incidents; the number of each is its place, from 1.

    Raises:
        DataError: the file that came with the package is missing or damaged.
    """
    try:
        text = lzma.decompress(PINS.read_bytes()).decode()
        return tuple(entry_from(line) for line in text.splitlines())
    except (OSError, lzma.LZMAError, ValueError, KeyError) as error:
        raise DataError(
            f"{PINS.name!r} of itbench_sre cannot be read: {error}; install itbench again"
        ) from error


def write_pins(entries: Iterable[Entry], path: Path = PINS) -> None:
    """Write the file of pinned incidents.

    Raises:
        OSError: it cannot be written.
    """
    text = "".join(f"{entry.line()}\n" for entry in entries)
    path.write_bytes(lzma.compress(text.encode(), preset=9))
