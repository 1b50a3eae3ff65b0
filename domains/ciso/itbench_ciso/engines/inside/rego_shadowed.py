"""Finds where a rule of version 0 calls an argument or a local variable `input` or `data`, which version 1 forbids.

A variable that is assigned is one of the whole body that it stands in, and of the head of the rule; only the expression that
is assigned to it still sees the document of that name. The target of `with` is always the document.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from itbench_ciso.engines.inside.rego_tokens import Token

_DOCUMENTS = ("input", "data")
_OPEN, _CLOSE = "([{", ")]}"


@dataclass(frozen=True, slots=True)
class RuleTokens:
    """Where the parts of a rule stand, counted in tokens; each range ends behind its last token.

    Attributes:
        start: of the rule.
        arguments: of a function, with the parentheses; empty otherwise.
        bodies: in their order, with the braces; a value that belongs to a body stands before it.
    """

    start: int
    arguments: range = range(0)
    bodies: list[range] = field(default_factory=list)


def shadowed(
    found: Sequence[Token], rule: RuleTokens, end: int, expression_end: Callable[[int], int]
) -> set[int]:
    """Return the tokens of a rule that name a variable, not the document."""
    places = [place for place in range(rule.start + 1, end) if _is_document(found, place)]
    renamed = {
        place
        for place in places
        for argument in rule.arguments
        if argument in places and found[argument].text == found[place].text
    }
    for declared in filter(lambda place: _is_assigned(found, place), places):
        value = range(declared + 1, expression_end(declared + 3))
        for scope in _scopes(found, rule, declared):
            same = {place for place in places if place in scope and found[place].text == found[declared].text}
            renamed |= same - set(value)
    return renamed


def _is_document(found: Sequence[Token], place: int) -> bool:
    before = found[place - 1]
    is_name = found[place].kind == "name" and found[place].text in _DOCUMENTS
    return is_name and not before.is_sign(".") and before.text != "with"


def _is_assigned(found: Sequence[Token], place: int) -> bool:
    after = found[place + 1 : place + 3]
    return [token.text for token in after if token.kind == "sign"] == [":", "="]


def _scopes(found: Sequence[Token], rule: RuleTokens, place: int) -> Iterator[range]:
    """Yield the parts of the rule in which a variable is known that is assigned here."""
    depth = 0
    for at in range(place - 1, rule.start, -1):
        depth += found[at].is_sign(*_CLOSE) - found[at].is_sign(*_OPEN)
        body = next((body for body in rule.bodies if body.start == at), None)
        if depth >= 0 and body is None:
            continue
        depth = max(depth, 0)
        if body is not None:
            yield body
            yield _belonging(rule, body)
            return
        if _holds_bar(found[at + 1 : place]):
            yield range(at, _closing(found, at))
            return


def _belonging(rule: RuleTokens, body: range) -> range:
    """Return the head, or the value behind `else`, before a body; bodies that only follow one another share the head."""
    place = rule.bodies.index(body)
    before = rule.bodies[place - 1].stop if place else rule.start + 1
    return range(before, body.start)


def _holds_bar(found: Sequence[Token]) -> bool:
    """Tell whether a bracket that begins before these tokens is a comprehension."""
    depth = 0
    for token in found:
        depth += token.is_sign(*_OPEN) - token.is_sign(*_CLOSE)
        if depth == 0 and token.is_sign("|"):
            return True
    return False


def _closing(found: Sequence[Token], at: int) -> int:
    depth = 0
    for place in range(at, len(found)):
        depth += found[place].is_sign(*_OPEN) - found[place].is_sign(*_CLOSE)
        if depth == 0:
            return place + 1
    return len(found)
