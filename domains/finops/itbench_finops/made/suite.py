"""What the made suites of this domain share: their name in the cache, and how their tasks are pinned."""

from collections.abc import Mapping
from pathlib import Path

from itbench.interfaces.json import JsonObject
from itbench.made.suite import MadeSuite


class FinopsSuite(MadeSuite):
    """A suite of the domain `finops` that is made from seeds."""

    domain = "finops"

    def pinned(self) -> Mapping[str, str]:
        """Return the pinned hashes of all embedded tasks of the domain."""
        from itbench_finops.made.digests import read_manifest

        return read_manifest()

    @staticmethod
    def digest(directory: Path, truth: JsonObject) -> str:
        """Return the hash of files and truth."""
        from itbench.made.digests import digest_of

        return digest_of(directory, truth)
