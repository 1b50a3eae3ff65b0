"""The published SRE datasets as suites."""

from itbench_sre.published.suite import ITBENCH_AA, ITBENCH_LITE, PublishedSuite

__all__ = ["ITBENCH_AA", "ITBENCH_LITE", "PublishedSuite"]
