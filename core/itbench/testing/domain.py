"""Checks a domain from its own tests."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from itbench.interfaces.domain import Domain
    from itbench.interfaces.suite import SuiteOptions
    from itbench.validation.finding import ValidationReport


def check_domain(
    domain: "Domain", suite: str | None = None, options: "SuiteOptions | None" = None
) -> "list[ValidationReport]":
    """Check one suite of a domain, or all that need no download, and return the reports.

    Raises:
        AssertionError: a rule is broken; the message has one line for each finding.
    """
    from itbench.validation.suite import check_suite

    reports = []
    for each in domain.suites:
        if suite not in {None, each.name}:
            continue
        ready = each if options is None else each.configured(options)
        ready.prepare()
        reports.append(check_suite(domain, ready))
    findings = [f"{report.name}: {finding}" for report in reports for finding in report.findings]
    if findings:
        raise AssertionError("\n".join([f"{len(findings)} rules are broken:", *findings]))
    return reports
