"""Finds the suite that a user or a stored run means, sealed ones among them; light, since `itbench show` has to answer immediately."""

from dataclasses import replace
from pathlib import Path

from itbench.errors import UsageError
from itbench.interfaces.domain import Domain
from itbench.interfaces.json import JsonObject
from itbench.interfaces.progress import Progress, no_progress
from itbench.interfaces.suite import Suite, SuiteOptions
from itbench.kit.folder import located
from itbench.plugins.domains import domain_host, find_suite
from itbench.sealed.bundle import is_bundle
from itbench.suites.secret import recalled


def named_suite(reference: str, options: SuiteOptions) -> tuple[Domain, Suite, SuiteOptions]:
    """Return the domain and the suite of `DOMAIN`, `DOMAIN/SUITE`, a folder of `itbench make` or a sealed bundle, and its options.

    Raises:
        ITBenchError: there is none, or it does not take these options.
    """
    if is_bundle(Path(reference)):
        if options != SuiteOptions():
            raise UsageError(
                f"{reference!r} is sealed as it is; leave out --data, --as-published and --suite-option"
            )
        domain, sealed = _sealed(Path(reference))
        return domain, sealed, replace(options, data=Path(reference))
    reference, options = located(reference, options)
    domain, suite = find_suite(reference)
    return domain, suite.configured(options), options


def reopen_suite(plan: JsonObject, progress: Progress = no_progress) -> tuple[Domain, Suite]:
    """Return the domain and the suite of a run's plan, which is prepared to run.

    Raises:
        ITBenchError: they are gone, or of another version.
    """
    domain, suite = planned_suite(plan)
    suite.prepare_to_run(progress)
    return domain, suite


def planned_suite(plan: JsonObject) -> tuple[Domain, Suite]:
    """Return the domain and the suite of a run's plan, which has only the data that was made or fetched before.

    Raises:
        ITBenchError: they are gone, or of another version.
    """
    reference = f"{plan['domain']}/{plan['suite']}"
    if plan.get("suite_seal"):
        return _planned_bundle(plan)
    domain, suite = find_suite(reference)
    if suite.version != plan["suite_version"]:
        raise UsageError(
            f"the run has suite {reference} {plan['suite_version']}, installed is {suite.version}; "
            f"install {plan['domain_origin']} again"
        )
    return domain, suite.configured(planned_options(plan))


def planned_options(plan: JsonObject) -> SuiteOptions:
    """Return the options of the suite that a run was started with.

    Raises:
        UsageError: one that no run file holds is not known here.
    """
    return SuiteOptions(
        data=Path(plan["suite_data"]) if plan["suite_data"] else None,
        as_published=plan["suite_as_published"],
        extra={**plan["suite_extra"], **recalled(plan)},
    )


def _sealed(root: Path) -> tuple[Domain, Suite]:
    from itbench.sealed.suite import SealedSuite
    from itbench.sealed.unobserved import domain_of

    suite = SealedSuite(root)
    return domain_of(domain_host().get(suite.domain), suite), suite


def _planned_bundle(plan: JsonObject) -> tuple[Domain, Suite]:
    from itbench.sealed.bundle import read_bundle

    root = Path(plan["suite_data"] or "")
    if not is_bundle(root):
        raise UsageError(
            f"the run is of a sealed suite, which is not at {str(root)!r} any longer; put the bundle back there"
        )
    if read_bundle(root).seal.digest != plan["suite_seal"]:
        raise UsageError(f"the bundle at {str(root)!r} has another seal than the one that the run is of")
    return _sealed(root)
