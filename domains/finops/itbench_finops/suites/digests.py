"""The pinned hashes of the embedded suites: every machine must make the same bytes.

`python -m itbench_finops.suites.digests` makes all tasks and rewrites the manifest.
"""

from pathlib import Path

from itbench import kit

MANIFEST = Path(__file__).with_name("manifest.json")


def read_manifest() -> dict[str, str]:
    """Return the pinned hash of each embedded task by its id."""
    return kit.read_manifest(MANIFEST)


def make_manifest() -> dict[str, str]:
    """Make all embedded tasks and return their hashes."""
    from itbench_finops.suites.anomalies import ANOMALIES
    from itbench_finops.suites.right_sizing import RIGHT_SIZING

    return kit.make_manifest((ANOMALIES, RIGHT_SIZING))


if __name__ == "__main__":
    kit.write_manifest(MANIFEST, make_manifest())
