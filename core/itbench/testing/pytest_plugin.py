"""`pytest --itbench-domain NAME`: every rule of every suite of an installed domain as a test of its own.

pytest imports this module in every environment that has itbench, so it imports nothing heavy by itself.
"""

from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from itbench.validation.case import Case, Rule


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    group = parser.getgroup("itbench")
    group.addoption(
        "--itbench-domain",
        action="append",
        default=[],
        metavar="DOMAIN[/SUITE]",
        help="Check an installed domain, or one of its suites, against all rules that domains must keep.",
    )


def pytest_collection(session: pytest.Session) -> None:
    """Look at nothing but the domains where no file was named."""
    config = session.config
    if config.getoption("--itbench-domain") and config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args = []


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(session: pytest.Session, items: list[pytest.Item]) -> None:
    """Add the rules of the domains that were asked for."""
    for reference in session.config.getoption("--itbench-domain"):
        items.extend(
            DomainRules.from_parent(
                session, name=f"itbench-domain {reference}", reference=reference
            ).collect()
        )


class DomainRules(pytest.Collector):
    """The rules of one domain, or of one suite."""

    def __init__(self, *, reference: str, **rest: object) -> None:
        super().__init__(**rest)  # type: ignore[arg-type] # pytest hands its own arguments through
        self._reference = reference

    def collect(self) -> Iterator["RuleItem"]:
        """Yield one test for each suite and rule; a suite that needs a download is left out unless it is named."""
        from itbench.errors import DataError
        from itbench.plugins.domains import find_suite
        from itbench.suites.load import load_tasks
        from itbench.validation.case import Case
        from itbench.validation.rules import RULES

        domain, named = find_suite(self._reference)
        for suite in [named] if "/" in self._reference else domain.suites:
            try:
                suite.prepare()
            except DataError:
                if "/" in self._reference:
                    raise
                continue
            case = Case(domain, suite, load_tasks(suite))
            for rule in [*RULES, *_rules_with_hypothesis()]:
                yield RuleItem.from_parent(
                    self, name=f"{domain.name}/{suite.name}: {rule.name}", case=case, rule=rule
                )


def _rules_with_hypothesis() -> list["Rule"]:
    """Return the rule that hypothesis looks for exceptions to, where it is installed."""
    from itbench.validation.case import Case, Rule
    from itbench.validation.finding import Finding, Skipped

    if find_spec("hypothesis") is None:
        return []

    def check(case: Case) -> Iterator[Finding | Skipped]:
        from itbench.testing.junk import check_scorer_is_total

        check_scorer_is_total(case)
        yield from ()

    return [
        Rule("scorer-total, by hypothesis", "No submission that hypothesis finds breaks the scorer.", check)
    ]


class RuleItem(pytest.Item):
    """One rule, checked for one suite."""

    def __init__(self, *, case: "Case", rule: "Rule", **rest: object) -> None:
        super().__init__(**rest)  # type: ignore[arg-type] # pytest hands its own arguments through
        self._case, self._rule = case, rule

    def runtest(self) -> None:
        """Check the rule.

        Raises:
            AssertionError: it is broken.
        """
        from itbench.validation.finding import Skipped

        found = list(self._rule.check(self._case))
        findings = [str(each) for each in found if not isinstance(each, Skipped)]
        if findings:
            raise AssertionError("\n".join(findings))
        if found:
            pytest.skip("; ".join(map(str, found)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """Return the findings without a traceback."""
        return str(excinfo.value)

    def reportinfo(self) -> tuple[str, None, str]:
        """Return where the test stands."""
        return self.name.partition(": ")[0], None, self.name
