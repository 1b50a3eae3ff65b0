"""What is installed, and whether a run was started with something else."""

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from importlib_metadata import Distribution

from itbench.errors import UsageError
from itbench.interfaces.domain import Domain
from itbench.interfaces.plan import Plan, Resumption
from itbench.plugins.agents import agent_distribution, agent_origin
from itbench.plugins.code import fingerprint
from itbench.plugins.domains import domain_host
from itbench.store.reader import RunFile
from itbench.version import __version__

_SCORINGS = """
SELECT DISTINCT scoring.itbench_version, scoring.domain_origin, scoring.truths FROM outcome
JOIN latest_score AS score ON score.trial = outcome.trial
JOIN scoring ON scoring.id = score.scoring
"""


@dataclass(frozen=True, slots=True)
class Installed:
    """Distributions with their versions, as far as they decide what a trial of a run does, and the version of the rules.

    Attributes:
        itbench: version.
        domain: distribution and version that brought the domain.
        agent: distribution and version that brought the agent.
        scoring_version: version of the rules.
        domain_code: fingerprint of the code of the domain's distribution; None where it is not found.
        agent_code: likewise of the agent's.
    """

    itbench: str
    domain: str
    agent: str
    scoring_version: int
    domain_code: str | None = None
    agent_code: str | None = None

    def resumption(self) -> Resumption:
        """Return what a plan keeps of a resumption by these versions, which begins now."""
        return Resumption(
            resumed_at=datetime.now(UTC).isoformat(timespec="seconds"),
            itbench_version=self.itbench,
            python_version=platform.python_version(),
            domain_origin=self.domain,
            agent_origin=self.agent,
            domain_code=self.domain_code,
            agent_code=self.agent_code,
        )


def installed(domain: Domain, agent: str) -> Installed:
    """Return what is installed of itbench, of a domain and of an agent; their files are read."""
    host = domain_host()
    origins = host.origin(domain.name), agent_origin(agent, domain)
    code = _code(host.distribution(domain.name))
    return Installed(
        itbench=__version__,
        domain=origins[0],
        agent=origins[1],
        scoring_version=domain.scoring_version,
        domain_code=code,
        # Often one distribution brings both, and its files are many.
        agent_code=code if origins[0] == origins[1] else _code(agent_distribution(agent, domain)),
    )


def _code(distribution: Distribution | None) -> str | None:
    return None if distribution is None else fingerprint(distribution)


def other_versions(run: RunFile, plan: Plan, now: Installed) -> list[str]:
    """Return one clause for each distribution that a run was started or scored with in another version, or with other code.

    Raises:
        UsageError: its trials were last scored with truths from elsewhere.
    """
    pairs = [
        (f"started with itbench {plan.itbench_version}", f"itbench {now.itbench}"),
        (f"started with {plan.domain_origin}", now.domain),
    ]
    if plan.agent.origin is not None:
        pairs.append((f"started with {plan.agent.origin}", now.agent))
    if plan.is_scored:
        for row in run.connection.execute(_SCORINGS):
            if row["truths"] is not None:
                raise UsageError(
                    f"trials of {str(run.path)!r} were last scored with the truths in {row['truths']!r}, new ones would be "
                    f"scored with the suite's own; score all of them alike first: `itbench score {run.path}`"
                )
            pairs.append((f"scored with itbench {row['itbench_version']}", f"itbench {now.itbench}"))
            pairs.append((f"scored with {row['domain_origin']}", now.domain))
        pairs += [
            (f"scored with rules of version {version}", f"rules of version {now.scoring_version}")
            for version in sorted(set(run.scoring_versions().values()))
        ]
    clauses = [
        f"{before}, installed is {after}" for before, after in pairs if not before.endswith(f" with {after}")
    ]
    return list(dict.fromkeys([*clauses, *_other_code(plan, now)]))


def _other_code(plan: Plan, now: Installed) -> Iterator[str]:
    """Yield a clause for each distribution of the same version whose code has changed; early plans do not tell."""
    found = (
        (plan.domain_origin, now.domain, plan.domain_code, now.domain_code),
        (plan.agent.origin, now.agent, plan.agent.code, now.agent_code),
    )
    for before, after, code, code_now in found:
        if before == after and None not in {code, code_now} and code != code_now:
            yield f"started with other code of {after} than is installed, though the version is the same"


def check_versions(path: Path, clauses: list[str], *, is_allowed: bool) -> None:
    """Refuse to resume a run with other versions, unless that is allowed.

    Raises:
        UsageError: says which versions.
    """
    if clauses and not is_allowed:
        raise UsageError(
            f"{str(path)!r} was {'; '.join(clauses)}; old and new trials may not be comparable: install the same version "
            "and code again, begin a new run, or add --allow-other-version"
        )
