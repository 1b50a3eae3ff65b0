"""Downloads a published dataset with the hub's own client into the cache of that client.

Files that are there already are not fetched again, so the same command goes on where it was stopped.
"""

import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Self

from itbench.errors import DataError, UsageError
from itbench.interfaces.suite import Progress
from itbench_sre.published.repository import Repository

_SCENARIO = re.compile(r"/Scenario-(\d+)/")
_BYTES_PER_MB = 1_000_000


def fetch_dataset(
    repository: Repository, numbers: Sequence[int], *, revision: str | None, progress: Progress
) -> Path:
    """Download the dataset, or only some of its scenarios, and return its root.

    HF_ENDPOINT, HF_TOKEN and HF_HUB_CACHE say where from and where to, as with any other program that uses the hub.

    Raises:
        UsageError: the client is not installed, or there is no such scenario.
        DataError: the download did not succeed.
    """
    hub = _hub()
    names = _list_names(hub, repository, revision)
    _check_numbers(repository, numbers, names)
    try:
        root = hub.snapshot_download(
            repository.id,
            repo_type="dataset",
            revision=revision,
            allow_patterns=_patterns(repository, numbers),
            tqdm_class=_bar_class(repository.suite, progress),
        )
    # Foreign code: it raises errors of its transport, of the operating system and its own.
    except Exception as error:
        raise _failure(repository, error) from error
    return Path(root)


def _hub() -> ModuleType:
    try:
        import huggingface_hub
    except ImportError as error:
        raise UsageError("fetching needs the hub's client; run: pip install 'itbench[hub]'") from error
    return huggingface_hub


def _list_names(hub: ModuleType, repository: Repository, revision: str | None) -> list[str]:
    try:
        siblings = hub.HfApi().dataset_info(repository.id, revision=revision).siblings
    # Foreign code: as in `fetch_dataset`.
    except Exception as error:
        raise _failure(repository, error) from error
    return [sibling.rfilename for sibling in siblings or []]


def _check_numbers(repository: Repository, numbers: Sequence[int], names: Iterable[str]) -> None:
    prefix = repository.folder.removesuffix("*")
    found = {int(match[1]) for name in names if name.startswith(prefix) and (match := _SCENARIO.search(name))}
    if not found:
        raise DataError(f"{repository.id} has no scenario in {repository.folder!r}; is HF_ENDPOINT right?")
    for number in numbers:
        if number not in found:
            known = ", ".join(map(str, sorted(found)))
            raise UsageError(
                f"{repository.id} has no task {repository.suite}-{number}; its numbers are {known}"
            )


def _patterns(repository: Repository, numbers: Sequence[int]) -> list[str]:
    folder = repository.folder
    if not numbers:
        return [f"{folder.removesuffix('/*')}/*"]
    index = [f"{folder}/data.jsonl"] if repository.has_index else []
    return [*index, *(f"{folder}/Scenario-{number}/*" for number in numbers)]


def _failure(repository: Repository, error: Exception) -> DataError:
    story = " ".join(str(error).split())[:300] or "no further word"
    return DataError(
        f"{repository.id} could not be downloaded: {type(error).__name__}: {story}; "
        f"the same command goes on where it stopped (for data that is not public, set HF_TOKEN)"
    )


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


def _bar_class(suite: str, progress: Progress) -> type[_Bar]:
    return type("Bar", (_Bar,), {"suite": suite, "tell": staticmethod(progress), "bars": []})
