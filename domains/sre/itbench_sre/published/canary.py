"""A text by which a leaked truth is known again."""

from collections.abc import Iterator

from itbench import JsonObject, kit

# An agent may well hit on a shorter sentence by itself, and a leak counts as 0.
_MIN_LENGTH = 60


def canary_of(truth: JsonObject, text: str) -> str:
    """Return a sentence that stands in the truth's own text, and hardly anywhere else.

    It is the longest condition or effect of a propagation that stands on one line of the text and has at least 60
    characters, else the longest such condition of a fault or recommended action. Descriptions of alerts are left
    out, since agents read those in the alerts too. Where there is none, it is made from the text's SHA-256.
    """
    for sentences in (_propagations(truth), _others(truth)):
        fitting = [item for item in sentences if len(item) >= _MIN_LENGTH and item in text]
        if fitting:
            return max(fitting, key=lambda item: (len(item), item))
    return kit.canary_of(text)


def _propagations(truth: JsonObject) -> Iterator[str]:
    for propagation in truth.get("propagations") or []:
        yield from _texts(propagation, "condition", "effect")


def _others(truth: JsonObject) -> Iterator[str]:
    for fault in truth.get("fault") or []:
        yield from _texts(fault, "condition")
    for action in truth.get("recommended_actions") or []:
        solution = action.get("solution") if isinstance(action, dict) else None
        actions = solution.get("actions") if isinstance(solution, dict) else None
        yield from (item.strip() for item in actions or [] if isinstance(item, str))


def _texts(value: object, *keys: str) -> Iterator[str]:
    for key in keys:
        item = value.get(key) if isinstance(value, dict) else None
        if isinstance(item, str):
            yield item.strip()
