"""The pinned hashes of the embedded suites: every machine must make the same bytes.

`python -m itbench_ciso.made.digests` makes all tasks and writes the manifest anew.
"""

import hashlib
import json
from pathlib import Path
from tempfile import TemporaryDirectory

from itbench.interfaces.json import JsonObject

MANIFEST = Path(__file__).with_name("manifest.json")


def digest(directory: Path, truth: JsonObject) -> str:
    """Return the SHA-256 of a truth and of all files: shown or hidden, relative path, length, content, by path."""
    found = hashlib.sha256(json.dumps(truth, sort_keys=True).encode())
    for folder in (directory, directory.with_name("hidden")):
        for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).as_posix()):
            if path.is_file():
                data = path.read_bytes()
                name = path.relative_to(folder).as_posix()
                found.update(f"{folder == directory:d}\0{name}\0{len(data)}\0".encode())
                found.update(data)
    return found.hexdigest()


def read_manifest() -> dict[str, str]:
    """Return the pinned hash of each embedded task by its id."""
    manifest: dict[str, str] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return manifest


def make_manifest() -> dict[str, str]:
    """Make all embedded tasks and return their hashes."""
    from itbench_ciso.admission.suite import ADMISSION_SUITE
    from itbench_ciso.cis.suite import CIS_KUBERNETES
    from itbench_ciso.updates.suite import POLICY_UPDATES

    found: dict[str, str] = {}
    for suite in (CIS_KUBERNETES, ADMISSION_SUITE, POLICY_UPDATES):
        for job in suite.jobs():
            with TemporaryDirectory() as name:
                inputs = Path(name) / "inputs"
                truth = job.make(inputs)
                found[job.id] = digest(inputs, truth)
    return found


def write_manifest() -> None:
    """Pin what is made now."""
    MANIFEST.write_text(json.dumps(make_manifest(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_manifest()
