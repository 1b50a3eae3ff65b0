"""What the made suites of this domain share: their name in the cache, how their tasks are pinned, and their floor."""

from collections.abc import Mapping
from typing import Self

from itbench import SuiteOptions
from itbench.kit import GeneratedSuite


class FinopsSuite(GeneratedSuite):
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
        from itbench_finops.suites.digests import read_manifest

        return read_manifest()
