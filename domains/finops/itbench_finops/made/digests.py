"""The pinned hashes of the embedded suites: every machine must make the same bytes.

`python -m itbench_finops.made.digests` makes all tasks and writes the manifest anew.
"""

import hashlib
import json
from pathlib import Path
from tempfile import TemporaryDirectory

from itbench.interfaces.json import JsonObject

MANIFEST = Path(__file__).with_name("manifest.json")


def digest(directory: Path, truth: JsonObject) -> str:
    """Return the SHA-256 of a truth and of all files: relative path, length, content, in order of path."""
    found = hashlib.sha256(json.dumps(truth, sort_keys=True).encode())
    for path in sorted(directory.rglob("*"), key=lambda path: path.relative_to(directory).as_posix()):
        if path.is_file():
            data = path.read_bytes()
            found.update(f"{path.relative_to(directory).as_posix()}\0{len(data)}\0".encode())
            found.update(data)
    return found.hexdigest()


def read_manifest() -> dict[str, str]:
    """Return the pinned hash of each embedded task by its id."""
    manifest: dict[str, str] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return manifest


def make_manifest() -> dict[str, str]:
    """Make all embedded tasks and return their hashes."""
    from itbench_finops.anomalies.suite import ANOMALIES
    from itbench_finops.sizing.suite import RIGHT_SIZING

    found: dict[str, str] = {}
    for suite in (ANOMALIES, RIGHT_SIZING):
        for job in suite.jobs():
            with TemporaryDirectory() as name:
                truth = job.make(Path(name))
                found[job.id] = digest(Path(name), truth)
    return found


def write_manifest() -> None:
    """Pin what the simulators make now."""
    MANIFEST.write_text(json.dumps(make_manifest(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_manifest()
