"""What a run's domain says of its scores: the measures beside the headline in every table, and the version of the rules."""

from collections.abc import Mapping

from itbench.errors import ITBenchError
from itbench.interfaces.domain import Domain
from itbench.interfaces.json import JsonObject
from itbench.interfaces.shard import planned_repeats
from itbench.plugins.domains import domain_host
from itbench.report.stored_metrics import read_metrics
from itbench.store.reader import RunFile

_METRICS = """
SELECT outcome.task, outcome.repeat, outcome.status, score.metrics FROM outcome LEFT JOIN latest_score AS score
    ON score.trial = outcome.trial
"""
_ZERO_OF_THE_AGENT = frozenset({"agent fault", "leak"})


def shown_metrics(plan: JsonObject) -> Mapping[str, str]:
    """Return the metric under each title, as the run's plan has it; older plans have none, then as installed."""
    if "shown_metrics" in plan:
        found: Mapping[str, str] = plan["shown_metrics"]
        return found
    domain = _installed(plan)
    return domain.shown_metrics if domain is not None else {}


def newer_rules(plan: JsonObject, version: int | None) -> int | None:
    """Return the installed version of the rules where it is newer than that of a run's scores."""
    domain = _installed(plan) if version is not None else None
    return domain.scoring_version if domain is not None and domain.scoring_version > (version or 0) else None


def _installed(plan: JsonObject) -> Domain | None:
    try:
        return domain_host().get(plan["domain"])
    except ITBenchError:
        return None


def shown_values(run: RunFile, plan: JsonObject) -> dict[str, dict[str, dict[int, float | None]]]:
    """Return, by title, task and repeat, the measure of each planned trial; 0 wherever the headline is the agent's 0."""
    names = shown_metrics(plan)
    planned = planned_repeats(plan) if names else {}
    values: dict[str, dict[str, dict[int, float | None]]] = {
        title: {task: dict.fromkeys(repeats) for task, repeats in planned.items()} for title in names
    }
    for row in run.connection.execute(_METRICS) if names else ():
        metrics = read_metrics(row["metrics"]) if row["status"] == "scored" else {}
        default = 0.0 if row["status"] in _ZERO_OF_THE_AGENT else None
        for title, name in names.items():
            values[title][row["task"]][row["repeat"]] = metrics.get(name, default)
    return values
