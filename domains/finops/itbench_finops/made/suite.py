"""What the made suites of this domain share: their name in the cache, and how their tasks are pinned."""

from collections.abc import Mapping

from itbench.made.suite import MadeSuite


class FinopsSuite(MadeSuite):
    """A suite of the domain `finops` that is made from seeds."""

    domain = "finops"

    def pinned(self) -> Mapping[str, str]:
        """Return the pinned hashes of all embedded tasks of the domain."""
        from itbench_finops.made.digests import read_manifest

        return read_manifest()
