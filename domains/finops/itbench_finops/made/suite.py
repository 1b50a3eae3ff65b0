"""What the made suites of this domain share: their name in the cache, and how their tasks are pinned."""

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from itbench.interfaces.json import JsonObject
from itbench.interfaces.suite import SuiteOptions
from itbench.made.suite import MadeSuite


class FinopsSuite(MadeSuite):
    """A suite of the domain `finops` that is made from seeds."""

    domain = "finops"

    def configured(self, options: SuiteOptions) -> Self:
        """Keep the floor for tasks of the user's own seed too: what sets it holds for all that the generator makes.

        Raises:
            UsageError: an option that this suite does not have.
        """
        found = super().configured(options)
        found.floor = self.floor
        return found

    def pinned(self) -> Mapping[str, str]:
        """Return the pinned hashes of all embedded tasks of the domain."""
        from itbench_finops.made.digests import read_manifest

        return read_manifest()

    @staticmethod
    def digest(directory: Path, truth: JsonObject) -> str:
        """Return the hash of files and truth."""
        from itbench.made.digests import digest_of

        return digest_of(directory, truth)
