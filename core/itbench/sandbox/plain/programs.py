"""The programs of ours that agents may use, where there is no image that they could be in."""

import sys
from pathlib import Path
from shlex import quote

from itbench.sandbox.image.own_programs import PYTHON_OPTIONS, key_of, own_programs, write_scripts
from itbench.sandbox.image.store import make_stored


def programs_folder() -> Path:
    """Return a folder with them, which is made once.

    Raises:
        StorageError: the cache cannot be written.
    """
    # By a shell: the line that names an interpreter can hold no space.
    scripts = {
        name: f'#!/bin/sh\nexec {quote(sys.executable)} {PYTHON_OPTIONS} {quote(str(path))} "$@"\n'.encode()
        for name, path in own_programs().items()
    }
    return make_stored(f"programs-{key_of(scripts)}", lambda folder: write_scripts(folder, scripts))
