"""Finds the suite of a stored run again; light, since `itbench show` has to answer immediately."""

from pathlib import Path

from itbench.errors import UsageError
from itbench.interfaces.domain import Domain
from itbench.interfaces.json import JsonObject
from itbench.interfaces.progress import Progress, no_progress
from itbench.interfaces.suite import Suite, SuiteOptions
from itbench.plugins.domains import find_suite
from itbench.suites.secret import recalled


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
