"""Turns a published `ground_truth.yaml` into what the scorer reads."""

from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from statistics import median_low

from itbench import DataError, JsonObject, JsonValue
from itbench.kit import canary_of, read_data, read_text
from itbench_finops.money import as_text
from itbench_finops.scoring.names import plain_name, resource_key
from itbench_finops.tables.costs import CostTable, account_lines, read_costs
from itbench_finops.tables.question import Question, read_question

_WEEKS = 4
_COLUMNS = {
    "application": "application",
    "instance family": "family",
    "cloud service": "service",
    "csp": "provider",
}
_PLAIN_COLUMNS = {plain_name(name): attribute for name, attribute in _COLUMNS.items()}


def read_truth(path: Path) -> JsonObject:
    """Return the truth in a file of the published shape, or as this program has stored it.

    Raises:
        DataError: it cannot be read, or names no resource.
    """
    value = read_data(path)
    resources = value.get("resource") if isinstance(value, dict) else None
    if isinstance(resources, dict):
        resources = [resources]
    if not isinstance(resources, list) or not resources:
        raise DataError(
            f"{path}: expected `resource:` with a list of name and type, found {str(value)[:80]!r}"
        )
    truth: JsonObject = {"resource": [_resource(path, each) for each in resources]}
    canary = value.get("canary")
    truth["canary"] = canary if isinstance(canary, str) else canary_of(read_text(path))
    return truth


def add_excess(truth: JsonObject, directory: Path) -> JsonObject:
    """Return the truth with the dollars that each resource cost beyond the median of its weekday, and what was guessed of them.

    Where the table cannot be read, which the agent is to cope with as well, the truth stays as it is: its shares
    of dollars are then not measured.
    """
    try:
        question = read_question((directory / "anomaly.json").read_bytes(), source="anomaly.json")
        table = read_costs((directory / "data.csv").read_bytes(), source="data.csv")
    except (OSError, DataError):
        return truth
    resources = []
    for each in truth["resource"]:
        excess = _excess_e4usd(each, question, table)
        resources.append(each if excess is None else each | {"excess_usd": as_text(excess)})
    return truth | {"resource": resources} | ({"guesses": table.guesses} if table.guesses else {})


def _resource(path: Path, value: JsonValue) -> JsonObject:
    if not isinstance(value, dict) or any(value.get(key) in (None, "") for key in ("name", "type")):
        raise DataError(f"{path}: each resource needs a name and a type, found {str(value)[:80]!r}")
    return {"name": str(value["name"]), "type": str(value["type"])}


def _excess_e4usd(resource: JsonObject, question: Question, table: CostTable) -> int | None:
    key = resource_key(resource)
    attribute = _PLAIN_COLUMNS.get(key.type)
    if attribute is None:
        return None
    costs: dict[object, int] = defaultdict(int)
    for line in account_lines(table, question.account):
        if plain_name(getattr(line, attribute)) == key.name:
            costs[line.day] += line.cost_e4usd
    before = [costs[question.day - timedelta(weeks=week)] for week in range(1, _WEEKS + 1)]
    return max(0, costs[question.day] - median_low(before))
