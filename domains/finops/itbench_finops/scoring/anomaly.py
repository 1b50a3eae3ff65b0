"""Scores an explanation of a cost anomaly: all and only the right resources, by name and type.

ITBench publishes "1 for a match of all resources, 0 otherwise" and leaves open whether further resources are allowed;
the headline allows none, and `all_named` is the lenient reading.
"""

from fractions import Fraction

from itbench import JsonObject
from itbench_finops.scoring.names import ResourceKey, resource_key
from itbench_finops.scoring.parts import ScoreParts

_SHOWN = 10
_SHOWN_LETTERS = 60


def score_anomaly(answer: JsonObject, truth: JsonObject) -> ScoreParts:
    """Compare the resources that were named with those that are to blame; a resource named twice counts once."""
    true = {resource_key(resource): resource for resource in truth["resource"]}
    listed = [(resource_key(resource), resource) for resource in answer["resource"]]
    named = dict(listed)
    hits, missed = named.keys() & true.keys(), true.keys() - named.keys()
    extra = named.keys() - true.keys()
    precision = len(hits) / len(named) if named else 0.0
    recall = len(hits) / len(true)
    metrics: dict[str, float | None] = {
        "precision": precision,
        "recall": recall,
        "f1": 2 * len(hits) / (len(named) + len(true)),
        "excess_explained": _excess_explained(true, hits),
        "all_named": float(not missed),
    }
    reasons = [f"{len(hits)} of {len(true)} resources to blame were named, and {len(extra)} others"]
    reasons += _reasons("has no part in it", [named[key] for key in sorted(extra)])
    reasons += _reasons("was not named", [true[key] for key in sorted(missed)])
    if len(listed) > len(named):
        reasons.append(f"{len(listed) - len(named)} resources were named again; each counts once")
    reasons += [f"excess dollars are a guess: {guess}" for guess in truth.get("guesses", ())]
    return ScoreParts(float(not missed and not extra), metrics, reasons)


def _excess_explained(true: dict[ResourceKey, JsonObject], hits: set[ResourceKey]) -> float | None:
    """Return the share of the excess dollars of that day that the named resources explain; None if not known."""
    if any("excess_usd" not in resource for resource in true.values()):
        return None
    excess = {key: max(Fraction(0), Fraction(resource["excess_usd"])) for key, resource in true.items()}
    total = sum(excess.values())
    return float(sum(excess[key] for key in hits) / total) if total else None


def _reasons(verdict: str, resources: list[JsonObject]) -> list[str]:
    found = [f"{_shown(each['type'])} {_shown(each['name'])} {verdict}" for each in resources[:_SHOWN]]
    return found + ([f"{len(resources) - _SHOWN} more: {verdict}"] if len(resources) > _SHOWN else [])


def _shown(text: object) -> str:
    shown = repr(text)
    return shown if len(shown) <= _SHOWN_LETTERS else f"{shown[: _SHOWN_LETTERS - 1]}…"
