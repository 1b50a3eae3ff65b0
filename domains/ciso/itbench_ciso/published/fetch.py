"""Downloads ITBench-Lite's CISO tasks with the hub's own client into the cache of that client."""

from collections.abc import Sequence
from pathlib import Path

from itbench.errors import DataError, UsageError
from itbench_ciso.published.locate import FOLDER, REPOSITORY


def fetch_dataset(names: Sequence[str], *, revision: str | None) -> Path:
    """Download all tasks, or only those of some directories, and return the root of the dataset.

    HF_ENDPOINT, HF_TOKEN and HF_HUB_CACHE say where from and where to, as with any other program that uses the hub.

    Raises:
        UsageError: the client is not installed.
        DataError: the download did not succeed.
    """
    try:
        import huggingface_hub
    except ImportError as error:
        raise UsageError("fetching needs the hub's client; run: pip install 'itbench[hub]'") from error
    patterns = [f"{FOLDER}/*/{name}/*" for name in names] or [f"{FOLDER}/*"]
    try:
        root = huggingface_hub.snapshot_download(
            REPOSITORY, repo_type="dataset", revision=revision, allow_patterns=patterns
        )
    # Foreign code: it raises errors of its transport, of the operating system and its own.
    except Exception as error:
        story = " ".join(str(error).split())[:300] or "no further word"
        raise DataError(
            f"{REPOSITORY} could not be downloaded: {type(error).__name__}: {story}; "
            "the same command goes on where it stopped"
        ) from error
    return Path(root)
