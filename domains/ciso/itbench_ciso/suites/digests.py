"""The pinned hashes of the embedded suites: every machine must make the same bytes.

`python -m itbench_ciso.suites.digests` makes all tasks and rewrites the manifest.
"""

from pathlib import Path

from itbench import kit

MANIFEST = Path(__file__).with_name("manifest.json")


def read_manifest() -> dict[str, str]:
    """Return the pinned hash of each embedded task by its id."""
    return kit.read_manifest(MANIFEST)


def make_manifest() -> dict[str, str]:
    """Make all embedded tasks and return their hashes."""
    from itbench_ciso.suites.admission import ADMISSION_SUITE
    from itbench_ciso.suites.cis_kubernetes import CIS_KUBERNETES
    from itbench_ciso.suites.policy_updates import POLICY_UPDATES

    return kit.make_manifest((CIS_KUBERNETES, ADMISSION_SUITE, POLICY_UPDATES))


if __name__ == "__main__":
    kit.write_manifest(MANIFEST, make_manifest())
