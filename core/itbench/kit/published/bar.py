"""Tells of a download: stands in for the bars that the hub's client would draw."""

import threading
from collections.abc import Iterable, Iterator
from typing import Any, Self

from itbench.interfaces.progress import Progress

_BYTES_PER_MB = 1_000_000


class _Bar:
    """Stands in for a tqdm bar and tells our callback; the client makes one for files and some for bytes."""

    suite: str
    tell: Progress
    bars: "list[_Bar]"
    _lock: object

    def __init__(self, iterable: Iterable[Any] = (), **settings: Any) -> None:
        self._iterable = iterable
        self.total = settings.get("total") or 0
        self.n = settings.get("initial") or 0
        self.format_dict: dict[str, Any] = {}
        self.is_of_bytes = settings.get("unit") == "B"
        self.bars.append(self)

    def update(self, n: float | None = 1) -> None:
        self.n += n or 0
        # Several bars count the same bytes: as received and as written.
        size_mb = max((bar.n for bar in self.bars if bar.is_of_bytes), default=0) / _BYTES_PER_MB
        files = next((bar for bar in self.bars if not bar.is_of_bytes), None)
        if files is not None:
            self.tell(f"fetching {self.suite}: {size_mb:.1f} MB", int(files.n), int(files.total))

    def __iter__(self) -> Iterator[Any]:
        for item in self._iterable:
            yield item
            self.update(1)

    @classmethod
    def get_lock(cls) -> object:
        """Return a lock, which older clients share among their threads."""
        cls._lock = threading.RLock()
        return cls._lock

    @classmethod
    def set_lock(cls, lock: object) -> None:
        cls._lock = lock

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        """Take every other call of a bar and do nothing."""
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *_args, **_settings: None


def bar_class(suite: str, progress: Progress) -> type[_Bar]:
    """Return a class that the client can use in place of tqdm, whose bars tell a callback."""
    return type("Bar", (_Bar,), {"suite": suite, "tell": staticmethod(progress), "bars": []})
