"""What wrong names are called on a page."""

from typing import Final

from itbench_sre.scoring.classify import WrongEntity

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


def wrong_word(kind: object) -> str:
    """Return what a kind of wrong name is called, as a score has it; one of other rules by its own name."""
    known = {each.value: word for each, word in WORDS.items()}
    return known.get(str(kind), str(kind or "wrong").replace("_", " "))
