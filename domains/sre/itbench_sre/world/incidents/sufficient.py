"""Whether the evidence of an incident suffices: a task whose roots nobody can reach from its files is not made."""

from typing import TYPE_CHECKING

from itbench_sre.world.controllers.pods import time_us
from itbench_sre.world.incidents.eliminate import eliminate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from itbench_sre.world.incidents.rows import Row
    from itbench_sre.world.store.refs import JsonObject


def is_sufficient(rows: "Sequence[Row]", truth: "JsonObject") -> bool:
    """Whether the elimination program reaches exactly the roots of a truth, by the rules of scoring.

    Parameters:
        rows: that differ from those of a world without any of the changes, so that innocent ones show as well.
    """
    from itbench_sre.scoring import score_diagnosis
    from itbench_sre.truth import truth_from_json

    page = truth["page"]
    called = {"alertname": page["alert"], **page["labels"]}
    factors = [{"name": name} for name in eliminate(rows, called, time_us(page["at"]))]
    return score_diagnosis({"contributing_factors": factors}, truth_from_json(truth)).value == 1.0
