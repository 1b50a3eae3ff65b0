"""Downloads a published dataset with the hub's own client into the cache of that client.

Files that are there already are not fetched again, so the same command resumes the download.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from itbench.errors import DataError, UsageError
from itbench.hub.bar import bar_class
from itbench.hub.dataset import HubDataset
from itbench.interfaces.suite import Progress, no_progress


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
        UsageError: the client is not installed.
        DataError: the download did not succeed.
    """
    hub = _hub()
    with _told(dataset.repository):
        root = hub.snapshot_download(
            dataset.repository,
            repo_type="dataset",
            revision=revision,
            allow_patterns=dataset.patterns(names),
            tqdm_class=bar_class(dataset.suite, progress),
        )
    return Path(root)


def list_files(dataset: HubDataset, *, revision: str | None = None) -> list[str]:
    """Return the paths of all files that the dataset has on the hub.

    Raises:
        UsageError: the client is not installed.
        DataError: the hub does not tell.
    """
    hub = _hub()
    with _told(dataset.repository):
        siblings = hub.HfApi().dataset_info(dataset.repository, revision=revision).siblings
    return [sibling.rfilename for sibling in siblings or []]


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
    # Foreign code: it raises errors of its transport, of the operating system and its own.
    except Exception as error:
        story = " ".join(str(error).split())[:300] or "no further word"
        raise DataError(
            f"{repository} could not be downloaded: {type(error).__name__}: {story}; "
            "the same command resumes the download (for data that is not public, set HF_TOKEN)"
        ) from error
