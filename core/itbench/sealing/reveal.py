"""Reveals a sealed suite: everything that opens the seal, and not the key."""

import os
from pathlib import Path

from itbench.errors import UsageError
from itbench.host.new_folder import making_folder, require_place, writing_folders
from itbench.interfaces.progress import Progress, no_progress
from itbench.sealed.bundle import OPENING, SEAL, read_bundle
from itbench.sealed.new_file import PUBLIC, copy_to


def reveal_bundle(private: Path, out: Path, progress: Progress = no_progress) -> str:
    """Copy a private bundle without its key, and return the digest of its seal.

    Raises:
        UsageError: it is a public one, or the folder cannot be used.
        DataError: it is not as it was sealed.
        StorageError: the folder cannot be written.
    """
    bundle = read_bundle(private)
    if bundle.opening is None:
        raise UsageError(f"{str(private)!r} is the public bundle; the private one is revealed")
    bundle.require_sound()
    place = Path(os.path.realpath(out))
    paths = [SEAL, OPENING, *(each.path for each in (*bundle.seal.document.files, *bundle.opening.files))]
    with writing_folders(place, "--out"):
        require_place("--out", place)
        with making_folder(place) as folder:
            for done, path in enumerate(paths):
                progress("revealing", done, len(paths))
                copy_to(private / path, folder / path, PUBLIC)
            folder.rename(place)
    return bundle.seal.digest
