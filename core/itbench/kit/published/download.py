"""Downloads a published dataset with the hub's own client into the cache of that client, and verifies each file.

Files that are there already and whole are not fetched again, so the same command resumes a download and repairs a dataset.
"""

import errno
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from itbench.errors import DataError, ITBenchError, StorageError, UsageError
from itbench.host.digests import FileDigests
from itbench.interfaces.progress import Progress, no_progress
from itbench.kit.published.bar import bar_class
from itbench.kit.published.dataset import HubDataset
from itbench.kit.published.marker import MarkedFile, Marker, read_marker, write_marker
from itbench.kit.published.verify import remove_additional, remove_faulty, verified

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM})
# A file that came wrong is asked for once more.
_TRIES = 2


def download(
    dataset: HubDataset,
    names: Sequence[str] = (),
    *,
    revision: str | None = None,
    progress: Progress = no_progress,
) -> Path:
    """Download all tasks, or only the directories of these names, and return the root of the dataset.

    HF_ENDPOINT, HF_TOKEN and HF_HUB_CACHE say where from and where to, as with any other program that uses the hub.

    Raises:
        UsageError: the client is not installed, or there is no such directory.
        DataError: the download did not succeed.
        StorageError: there is no room for it.
    """
    hub = _hub()
    with _told(dataset.repository):
        commit, listed = _listing(hub, dataset, revision)
        _require_known(dataset, names, listed)
        root = Path(hub.constants.HF_HUB_CACHE, dataset.cache_folder, "snapshots", commit)
        root.mkdir(parents=True, exist_ok=True)
        marker = _begun(
            hub,
            dataset,
            root,
            Marker(repository=dataset.repository, revision=commit, tasks=tuple(names), files=listed),
        )
        write_marker(dataset, root, marker)
        remove_additional(dataset, root, listed)
        faulty = _brought(hub, dataset, revision, root, marker, progress)
        if faulty:
            raise DataError(
                f"{dataset.repository}: {len(faulty)} files came otherwise than the hub describes them, such as "
                f"{faulty[0]!r}; the same command tries again"
            )
    return root


def _listing(hub: ModuleType, dataset: HubDataset, revision: str | None) -> tuple[str, dict[str, MarkedFile]]:
    """Return the commit, and what the hub says of each of its files."""
    api = hub.HfApi()
    commit = api.dataset_info(dataset.repository, revision=revision).sha
    tree = api.list_repo_tree(dataset.repository, recursive=True, revision=commit, repo_type="dataset")
    return commit, {
        entry.path: MarkedFile(size=entry.size, blob=(entry.lfs.sha256 if entry.lfs else entry.blob_id) or "")
        for entry in tree
        if hasattr(entry, "blob_id")
    }


def _require_known(dataset: HubDataset, names: Sequence[str], listed: Iterable[str]) -> None:
    """Refuse names of directories that the hub does not have, before anything is asked for."""
    folder = re.escape(dataset.folder).replace(r"\*", "[^/]+")
    found = (re.match(f"{folder}/([^/]+)/", path) for path in listed)
    known = {match[1] for match in found if match and dataset.names.task_id(match[1]) is not None}
    if not known:
        raise DataError(f"{dataset.repository} has no tasks in {dataset.folder!r}; is HF_ENDPOINT right?")
    for name in names:
        if name not in known:
            ids = ", ".join(map(dataset.task_id, dataset.names.sorted(known)))
            raise UsageError(f"{dataset.repository} has no task {dataset.task_id(name)}; it has {ids}")


def _begun(hub: ModuleType, dataset: HubDataset, root: Path, asked: Marker) -> Marker:
    """Return the marker of a download that begins: of what is wanted now, was wanted before, or is there in part.

    `asked` has all files of the hub. A file that was verified before keeps its hash.
    """
    try:
        before = read_marker(dataset, root)
    except DataError:
        before = None  # It is made anew.
    wanted = asked.tasks
    if wanted:
        present = [path.name for path in root.glob(f"{dataset.folder}/*") if path.is_dir()]
        wanted = () if before is not None and not before.tasks else tuple(dict.fromkeys([*wanted, *present]))
    paths = hub.utils.filter_repo_objects(asked.files, allow_patterns=dataset.patterns(wanted))
    files = {path: _known(asked.files[path], before, path) for path in paths}
    if not files:
        raise DataError(f"{dataset.repository} has no files in {', '.join(dataset.patterns(wanted))}")
    return asked.model_copy(update={"tasks": wanted, "files": files})


def _known(file: MarkedFile, before: Marker | None, path: str) -> MarkedFile:
    old = before.files.get(path) if before is not None else None
    is_same = old is not None and (old.size, old.blob) == (file.size, file.blob)
    return old if old is not None and is_same else file


def _brought(
    hub: ModuleType,
    dataset: HubDataset,
    revision: str | None,
    root: Path,
    marker: Marker,
    progress: Progress,
) -> list[str]:
    """Bring what is missing or faulty, complete the marker, and return the files that did not come right."""
    digests, faulty = FileDigests(), list[str]()
    for _ in range(_TRIES):
        whole = verified(root, marker.files, digests)
        faulty = [path for path in marker.files if path not in whole]
        remove_faulty(root, faulty, blobs=root.parents[1] / "blobs")
        found = hub.snapshot_download(
            dataset.repository,
            repo_type="dataset",
            revision=revision,
            allow_patterns=dataset.patterns(marker.tasks),
            tqdm_class=bar_class(dataset.suite, progress),
        )
        if Path(found).name != marker.revision:
            raise DataError(
                f"{dataset.repository} was changed on the hub meanwhile; run the same command again"
            )
        whole = verified(root, marker.files, digests, progress, f"fetching {dataset.suite}: verifying")
        faulty = [path for path in marker.files if path not in whole]
        if not faulty:
            write_marker(dataset, root, marker.model_copy(update={"files": whole}))
            break
        # The client's own list of files may be what is damaged.
        Path(root.parents[1], "trees", f"{marker.revision}.json").unlink(missing_ok=True)
    return faulty


def _hub() -> ModuleType:
    try:
        import huggingface_hub
    except ImportError as error:
        raise UsageError("fetching needs the hub's client; run: pip install 'itbench[hub]'") from error
    return huggingface_hub


@contextmanager
def _told(repository: str) -> Iterator[None]:
    """Tell in one line what the client complains of."""
    try:
        yield
    except ITBenchError:
        raise
    # Foreign code: it raises errors of its transport, of the operating system and its own.
    except Exception as error:
        story = " ".join(str(error).split())[:300] or "no further word"
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            raise StorageError(
                f"{repository} could not be written: {story}; make room, or set HF_HUB_CACHE to another folder, "
                "then run the same command again"
            ) from error
        raise DataError(
            f"{repository} could not be downloaded: {type(error).__name__}: {story}; "
            "the same command resumes the download (for data that is not public, set HF_TOKEN)"
        ) from error
