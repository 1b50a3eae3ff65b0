"""The programs of ours that agents may use, `itbench-tool` and `itbench-mcp`: where they lie, and how they get on a PATH."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

_FOLDER = Path(__file__).with_name("programs")
# -I: no variables and no folder of the agent's are looked at; -S: and no packages.
PYTHON_OPTIONS = "-ISB"


def own_programs() -> dict[str, Path]:
    """Return the source of each program, by the name under which it is called."""
    return {name: _FOLDER / f"{name.replace('-', '_')}.py" for name in ("itbench-mcp", "itbench-tool")}


def scripts_in_image() -> dict[str, bytes]:
    """Return each program as it lies in the sandbox's image, by its name."""
    head = f"#!/usr/local/bin/python3 {PYTHON_OPTIONS}\n".encode()
    return {name: head + path.read_bytes() for name, path in own_programs().items()}


def key_of(scripts: Mapping[str, bytes]) -> str:
    """Return a name that changes with the content of scripts."""
    return hashlib.sha256(b"".join(scripts.values())).hexdigest()[:16]


def write_scripts(folder: Path, scripts: Mapping[str, bytes]) -> None:
    """Write scripts into a folder, so that everybody can run them."""
    for name, text in scripts.items():
        (folder / name).write_bytes(text)
        (folder / name).chmod(0o755)
