"""The domain of a sealed suite where no truth is: what is handed in is observed by those who score it, and not here."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from itbench.interfaces.domain import Domain
from itbench.interfaces.environment import Environment, EnvironmentFactory, Observation, TrialSetup
from itbench.interfaces.suite import Suite
from itbench.interfaces.workspace import Workspace
from itbench.sealed.suite import SealedSuite


def domain_of(domain: Domain, suite: Suite) -> Domain:
    """Return the domain with which a suite is run: itself, or without observations where the suite's truths are sealed."""
    if domain.environment is None or not isinstance(suite, SealedSuite) or not suite.is_public:
        return domain
    return replace(domain, environment=_without_observation(domain.environment), runs_submissions=False)


def _without_observation(make: EnvironmentFactory) -> EnvironmentFactory:
    return lambda setup: _Unobserved(make, setup)


class _Unobserved(Environment):
    def __init__(self, make: EnvironmentFactory, setup: TrialSetup) -> None:
        self._environment = make(setup)

    def open(self) -> AbstractAsyncContextManager[Workspace]:
        """Open the world of the domain."""
        return self._environment.open()

    async def probe(self) -> str | None:
        """Return what the domain finds wrong with it."""
        return await self._environment.probe()

    async def observe(self, files: Mapping[str, bytes]) -> Observation:
        """Return nothing."""
        del files
        return Observation()
