"""What an audit found, as tables."""

from typing import TYPE_CHECKING

from itbench.report.table import table

if TYPE_CHECKING:
    from itbench.audit.report import AuditReport, Guess

_NUMBERS = ("trained on", "tasks", "score")


def audit_text(report: "AuditReport") -> str:
    """Return the results, the best adversary by family, and what it learnt."""
    rows = [
        [
            result.adversary,
            str(result.trained_on),
            result.tried_on,
            str(result.whole.tasks),
            *_cells(result.whole),
        ]
        for result in report.results
    ]
    head = ["adversary", "trained on", "tried on", "tasks", "score", "90 % interval"]
    parts = [f"{report.suite}, version {report.version}", "", table(head, rows, numbers=_NUMBERS)]
    if (best := report.best) is None:
        return "\n".join(parts)
    parts += ["", f"best: {best.adversary}, trained on {best.trained_on}: {best.learnt}"]
    if families := _families(report):
        parts += [
            "",
            table(
                ["family", "tasks", "score", "90 % interval", "best adversary"], families, numbers=_NUMBERS
            ),
        ]
    return "\n".join(parts)


def _families(report: "AuditReport") -> list[list[str]]:
    """Return, for each family, the best adversary over it; answers that are always the same aside."""
    rows = []
    tried = [result for result in report.results if result.adversary not in report.constant]
    for family in sorted({name for result in tried for name in result.families}):
        best = max(
            (result for result in tried if family in result.families),
            key=lambda each: each.families[family].mean,
        )
        guess = best.families[family]
        rows.append([family, str(guess.tasks), *_cells(guess), f"{best.adversary}, {best.tried_on}"])
    return rows


def _cells(guess: "Guess") -> list[str]:
    return [f"{guess.mean:.3f}", f"{guess.low:.2f} to {guess.high:.2f}"]
