"""The domains that are installed, and the suites in them."""

from collections.abc import Callable
from inspect import signature

from itbench.errors import UsageError
from itbench.interfaces.domain import API_VERSION, Domain, Preparation
from itbench.interfaces.suite import Suite
from itbench.plugins.host import PluginHost, duplicates, unknown


def domain_host() -> PluginHost[Domain]:
    """Return the host of the entry-point group `itbench.domains`."""
    return PluginHost("domain", "itbench.domains", _problem)


def preparations() -> list[Preparation]:
    """Return what the domains that can be used need on this machine."""
    found = [plugin.value for plugin in domain_host().listing() if plugin.value is not None]
    return [each for domain in found for each in domain.preparations]


def find_suite(reference: str) -> tuple[Domain, Suite]:
    """Return domain and suite of `DOMAIN` or `DOMAIN/SUITE`; the first suite is the default.

    Raises:
        UsageError: an unknown domain or suite.
        PluginError: the domain cannot be used.
    """
    domain_name, _, suite_name = reference.partition("/")
    domain = domain_host().get(domain_name)
    if not suite_name:
        return domain, domain.suites[0]
    for suite in domain.suites:
        if suite.name == suite_name:
            return domain, suite
    known = [f"{domain.name}/{suite.name}" for suite in domain.suites]
    raise UsageError(unknown("suite", reference, known))


def _other_version(version: int) -> str:
    """Say what to change in a domain that was written for another version of the interface."""
    found = (
        f"it was written for version {version} of the interface, and this itbench has version {API_VERSION}: "
    )
    if version > API_VERSION:
        return f"{found}install a newer itbench"
    return (
        f"{found}import from itbench and itbench.kit only, let `environment` take one TrialSetup and `observe(files)` return an "
        "Observation, name files that need not be handed in in `HandIn.optional_files`, then set api_version=2"
    )


def _takes_one(factory: Callable[..., object]) -> bool:
    """Tell whether a function can be called with one argument, as far as that can be known."""
    try:
        signature(factory).bind(None)
    except TypeError:
        return False
    except ValueError:
        return True  # One that tells nothing of itself.
    return True


def _problem(name: str, value: object) -> str | None:
    if not isinstance(value, Domain):
        return f"its entry point gives a {type(value).__name__}, not an itbench.Domain"
    if value.api_version != API_VERSION:
        return _other_version(value.api_version)
    if value.environment is not None and not _takes_one(value.environment):
        return _other_version(API_VERSION - 1)
    if value.name != name:
        return f"its entry point is named {name!r} but the domain {value.name!r}"
    if not value.suites:
        return "it has no suite"
    for suite in duplicates(suite.name for suite in value.suites):
        return f"two of its suites are named {suite!r}; rename one"
    return None
