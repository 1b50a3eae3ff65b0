"""What an answer names, and the same answer with fewer names, in each of the formats of this domain."""

from collections.abc import Collection
from dataclasses import dataclass

from itbench import JsonObject, JsonValue, Score, ShownTrial, Submission
from itbench_sre.opsbench.score import score_case
from itbench_sre.scoring.answer import read_diagnosis
from itbench_sre.scoring.entity import parse_entity
from itbench_sre.scoring.score import score_diagnosis
from itbench_sre.scoring.sightings import read_sightings
from itbench_sre.truth import root_sets
from itbench_sre.truth.convert import truth_from_json
from itbench_sre.truth.naming import stem

_LISTS = ("contributing_factors", "entities")
_PREDICTIONS, _MOST_PREDICTIONS = "top_3_predictions", 3


@dataclass(frozen=True, slots=True)
class Named:
    """A name in an answer.

    Attributes:
        text: as the answer has it.
        object_name: the last part of it, by which tools show the object.
    """

    text: str
    object_name: str


def names_in(answer: JsonValue) -> list[Named]:
    """Return the objects that an answer blames, in its order."""
    if isinstance(answer, dict) and _PREDICTIONS in answer:
        found = [str(each.get("fault_object") or "") for each in predictions(answer)]
        return [Named(text, text.rpartition("/")[2]) for text in dict.fromkeys(found) if text]
    diagnosis = read_diagnosis(answer).diagnosis
    factors = diagnosis.factors if diagnosis is not None else []
    names = dict.fromkeys(factor.name for factor in factors)
    return [Named(text, _object_name(text)) for text in names]


def without(answer: JsonValue, left_out: Collection[str]) -> JsonValue:
    """Return an answer without the entries of some names."""
    if not isinstance(answer, dict) or not left_out:
        return answer
    key = {**dict.fromkeys(_LISTS, "name"), _PREDICTIONS: "fault_object"}
    return {
        name: [each for each in value if not isinstance(each, dict) or each.get(key[name]) not in left_out]
        if name in key and isinstance(value, list)
        else value
        for name, value in answer.items()
    }


def score_of(answer: JsonValue, submission: Submission, truth: JsonObject) -> Score:
    """Return the score of an answer in place of the one that was handed in, by the rules of the domain."""
    if "fault_object" in truth:
        return score_case(answer, submission.observed, truth)
    parts = score_diagnosis(answer, truth_from_json(truth), read_sightings(submission.observed))
    return Score(value=parts.value, metrics=parts.metrics)


def right_names(truth: JsonObject) -> list[str]:
    """Return the plain names of the root causes, by which tools show them."""
    if "fault_object" in truth:
        return [str(truth["fault_object"]).rpartition("/")[2]]
    roots = root_sets(truth_from_json(truth))
    return list(dict.fromkeys(stem(group) for root in roots for group in root.groups if group.is_root_cause))


def count_named(trial: ShownTrial) -> int:
    """Return how many objects the answer of a trial names."""
    counted = trial.score.metrics.get("entities_named") if trial.score is not None else None
    if counted is not None:
        return int(counted)
    submission = trial.submission()
    return len(names_in(submission.answer)) if submission is not None else 0


def predictions(answer: JsonValue) -> list[JsonObject]:
    """Return the diagnoses of an answer in the format of Cloud-OpsBench; one that cannot be read is empty."""
    listed = answer.get(_PREDICTIONS) if isinstance(answer, dict) else None
    counted = listed[:_MOST_PREDICTIONS] if isinstance(listed, list) else []
    return [each if isinstance(each, dict) else {} for each in counted]


def _object_name(text: str) -> str:
    entity = parse_entity(text)
    return entity.name if entity is not None else text.rpartition("/")[2]
