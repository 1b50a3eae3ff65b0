"""The pinned hashes of the embedded suite: every machine must make the same bytes, and the same truths.

`python -m itbench_sre.suites.digests` makes all incidents and rewrites the manifest.
"""

from pathlib import Path

from itbench import kit

MANIFEST = Path(__file__).with_name("manifest.json")


def read_manifest() -> dict[str, str]:
    """Return the pinned hash of each embedded task by its id."""
    return kit.read_manifest(MANIFEST)


def make_manifest() -> dict[str, str]:
    """Make all embedded incidents and return their hashes."""
    from itbench_sre.suites.incidents import INCIDENTS

    return kit.make_manifest((INCIDENTS,))


if __name__ == "__main__":
    kit.write_manifest(MANIFEST, make_manifest())
