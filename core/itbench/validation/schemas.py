"""Rules about schemas: truths fit theirs, and schemas refuse something."""

from collections.abc import Iterator

from itbench.errors import DataError
from itbench.interfaces.json import JsonValue
from itbench.schema.check import schema_faults
from itbench.validation.case import Case
from itbench.validation.finding import Finding, Skipped

_JUNK: tuple[JsonValue, ...] = (None, True, 0, "junk", [], ["junk"], {}, {"junk": "junk"})
_CANARY = "canary-of-nobody-in-particular"


def truth_valid(case: Case) -> Iterator[Finding | Skipped]:
    """Every truth can be read and fits the envelope and the domain's own schema."""
    for task in case.tasks:
        try:
            wrong = case.judge.truth_faults(task.id)
        except DataError as error:
            wrong = [str(error)]
        for line in wrong:
            place, _, problem = line.partition(": ")
            yield Finding("truth-valid", place, problem, "correct the truth, or the domain's truth_schema")


def schemas_used(case: Case) -> Iterator[Finding | Skipped]:
    """Every schema refuses at least something, so that it is in use."""
    rule, fix = "schemas-used", "say in the schema what an answer must have"
    for task in case.tasks:
        hand_in, place = task.hand_in, f"task {task.id}: $.hand_in.answer_schema"
        if hand_in.answer is None:
            if hand_in.answer_schema:
                yield Finding(
                    rule, place, "a schema, but no answer is asked for", "set hand_in.answer, or drop it"
                )
        elif not any(schema_faults(junk, hand_in.answer_schema) for junk in _JUNK):
            yield Finding(rule, place, "it takes any answer, allowed: one that refuses junk", fix)
    schema = case.domain.truth_schema
    if schema is not None and not schema_faults({"canary": _CANARY}, schema()):
        problem = "it takes a truth that says nothing"
        yield Finding(
            rule, f"domain {case.domain.name}: truth_schema", problem, "require the keys that are scored"
        )
