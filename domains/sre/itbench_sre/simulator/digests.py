"""The pinned hashes of the embedded suite: every machine must make the same bytes.

`python -m itbench_sre.simulator.digests` makes all incidents and writes the manifest anew.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from itbench_sre.simulator import embedded_specs, make_incident

MANIFEST = Path(__file__).with_name("manifest.json")


def tree_digest(directory: Path) -> dict[str, Any]:
    """Return `{sha256, bytes}` of all files: relative path, zero byte, length, zero byte, content, in order of path."""
    digest = hashlib.sha256()
    size = 0
    for path in sorted(directory.rglob("*"), key=lambda path: path.relative_to(directory).as_posix()):
        if path.is_file():
            data = path.read_bytes()
            digest.update(f"{path.relative_to(directory).as_posix()}\0{len(data)}\0".encode())
            digest.update(data)
            size += len(data)
    return {"bytes": size, "sha256": digest.hexdigest()}


def read_manifest() -> dict[str, dict[str, Any]]:
    """Return the pinned `{bytes, sha256}` of each embedded task by its id."""
    manifest: dict[str, dict[str, Any]] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return manifest


def write_manifest() -> None:
    """Make the embedded incidents and pin what comes out."""
    pinned = {}
    for spec in embedded_specs():
        with TemporaryDirectory() as name:
            directory = Path(name) / spec.id
            make_incident(spec, directory)
            pinned[spec.id] = tree_digest(directory)
    MANIFEST.write_text(json.dumps(pinned, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_manifest()
