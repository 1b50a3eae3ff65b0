"""What a score says of the names in an answer, in the words of a page."""

from typing import Final

from itbench import JsonObject, Score
from itbench_sre.scoring.classify import WrongEntity

ROOT: Final = "root cause"
WORDS: Final = {
    WrongEntity.TRIGGER: "trigger",
    WrongEntity.INNOCENT: "innocent change",
    WrongEntity.MECHANISM: "fault injector",
    WrongEntity.DOWNSTREAM: "downstream",
    WrongEntity.SYMPTOM: "co-occurring symptom",
    WrongEntity.UNRELATED: "unrelated",
    WrongEntity.UNREADABLE: "unreadable",
    WrongEntity.NOT_IN_DATA: "not in the data",
}


def scored_names(score: Score | None) -> list[JsonObject]:
    """Return what a score tells of each name; nothing where it was made by rules that tell nothing."""
    listed = score.details.get("entities") if score is not None else None
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def word_of(entity: JsonObject) -> str:
    """Return what a named object is; a kind of wrong name that this version does not know has its own name."""
    if entity.get("is_root_cause"):
        return ROOT
    kind = entity.get("wrong_as")
    known = {each.value: word for each, word in WORDS.items()}
    return known.get(str(kind), str(kind or "wrong").replace("_", " "))
