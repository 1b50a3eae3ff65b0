"""What anybody sees of a bill without understanding it, for `itbench audit`: each resource, and how its cost moved."""

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING

from itbench import AuditCase, Candidate, Feature, JsonObject, UsageError
from itbench_finops.agents.bill import APPLICATION, FAMILY, AccountBill, Spending, Use, account_bill
from itbench_finops.scoring.anomaly import score_anomaly
from itbench_finops.scoring.names import resource_key
from itbench_finops.tables.costs import read_costs
from itbench_finops.tables.question import read_question

if TYPE_CHECKING:
    from itbench import Progress, Suite

_WEEK = 7
_MONTH = 28


class AnomalyCase(AuditCase):
    """One bill: the families and applications of the account in question."""

    def __init__(self, task_id: str, bill: AccountBill, truth: JsonObject) -> None:
        self.task_id = task_id
        self.family = " and ".join(
            sorted({str(each["cause"]) for each in truth["resource"] if "cause" in each})
        )
        self._resources = list(_resources(bill))
        self.candidates = [
            Candidate(key=f"{kind} {name}", features=_features(bill, kind, spending))
            for kind, name, spending in self._resources
        ]
        true = {resource_key(resource) for resource in truth["resource"]}
        self.right: Collection[int] = [
            place for place in range(len(self._resources)) if resource_key(self._named(place)) in true
        ]
        self._truth = truth

    def value(self, chosen: Sequence[int]) -> float:
        """Return the score of an explanation that names these resources."""
        return score_anomaly({"resource": [self._named(place) for place in chosen]}, self._truth).value

    def _named(self, place: int) -> JsonObject:
        kind, name, _ = self._resources[place]
        return {"name": name, "type": kind}


def audit(suite: "Suite", progress: "Progress") -> Iterator[AuditCase]:
    """Yield the bills of a suite with their resources.

    Raises:
        UsageError: its tasks ask for a plan, not for names.
    """
    suite.prepare(progress)
    for task in suite.tasks():
        inputs = {each.path: each for each in suite.inputs(task.id)}
        if "anomaly.json" not in inputs:
            raise UsageError(
                f"the tasks of {suite.name!r} ask for a plan, not for names that could be guessed"
            )
        question = read_question(inputs["anomaly.json"].source.read_bytes(), source="anomaly.json")
        table = read_costs(inputs["data.csv"].source.read_bytes(), source="data.csv")
        yield AnomalyCase(task.id, account_bill(question, table), suite.truth(task.id))


def _resources(bill: AccountBill) -> Iterator[tuple[str, str, Spending]]:
    applications: dict[str, Spending] = {}
    for family, spending in sorted(bill.families.items()):
        yield FAMILY, family, spending
        for day, name in spending.applications.items():
            whole = applications.setdefault(name, Spending())
            whole.costs_e4usd[day] += spending.on(day)
            whole.uses[day] += spending.uses[day]
    for name, spending in sorted(applications.items()):
        yield APPLICATION, name, spending


def _features(bill: AccountBill, kind: str, spending: Spending) -> dict[str, Feature]:
    day = bill.question.day
    cost = spending.on(day)
    month = [spending.on(day - timedelta(days=back)) for back in range(1, _MONTH + 1)]
    settled = month[3:]
    spread = median(abs(each - median(settled)) for each in settled)
    uses, before = spending.uses.get(day, []), spending.uses.get(day - timedelta(days=_WEEK), [])
    return {
        "type": kind,
        "cost": cost,
        "rise_in_a_day": cost - month[0],
        "rise_in_a_week": cost - month[_WEEK - 1],
        "rise_over_median": cost - median(month),
        "ratio_to_a_week_ago": cost / max(month[_WEEK - 1], 1),
        "ratio_to_median": cost / max(median(month), 1),
        "ratio_to_record": cost / max(max(settled), 1),
        "deviations": (cost - median(settled)) / max(spread, 1),
        "days_known": (day - spending.first_day()).days if spending.costs_e4usd else 0,
        "days_without_cost": sum(not each for each in month),
        "price_ratio": _mean_price(uses) / (_mean_price(before) or 1),
        "instance_ratio": _instances(uses) / (_instances(before) or 1),
    }


def _mean_price(uses: Sequence[Use]) -> float:
    prices = [float(use.price_usd_per_hour) for use in uses]
    return sum(prices) / len(prices) if prices else 0.0


def _instances(uses: Sequence[Use]) -> float:
    return float(sum(use.instances for use in uses))
