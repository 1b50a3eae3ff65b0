"""Says `some k, v in domain` in other words inside comprehensions, where rego-cpp 1.5.2 does not parse it."""

from collections.abc import Sequence

from itbench_ciso.rego.brackets import CLOSE, OPEN, closing
from itbench_ciso.rego.tokens import Token, tokens

_NAME = "itbench_some"
_WORDS = 5


def without_some(text: str) -> str:
    """Return a policy that means the same and has no `some` with two names in a comprehension."""
    while True:
        found = list(tokens(text))
        places = [place for place in _in_comprehensions(found) if _is_some(found, place)]
        if not places:
            return text
        # From the last one on: its place in the text, which makes its name, is not another's then.
        place = places[-1]
        end = _end_of_term(found, place + _WORDS)
        if end == place + _WORDS:
            return text  # It is not Rego at all, which the engine will say better.
        said = _said(text, found, place, end)
        text = text[: found[place].start] + said + text[found[end - 1].end :]


def _is_some(found: Sequence[Token], place: int) -> bool:
    words = found[place : place + _WORDS]
    if len(words) < _WORDS or not words[2].is_sign(","):
        return False
    names = [word.text for word in words if word.kind == "name"]
    return len(names) == _WORDS - 1 and names[0] == "some" and names[-1] == "in"


def _in_comprehensions(found: Sequence[Token]) -> list[int]:
    """Return the places of all tokens behind the stroke of a comprehension."""
    places, strokes = [], [False]
    for place, token in enumerate(found):
        if token.is_sign(*OPEN):
            strokes.append(False)
        elif token.is_sign(*CLOSE):
            strokes = strokes[:-1] or [False]
        elif token.is_sign("|"):
            strokes[-1] = True
        elif strokes[-1]:
            places.append(place)
    return places


def _end_of_term(found: Sequence[Token], start: int) -> int:
    """Return the place behind a term: it ends with its line, at a semicolon, or at a bracket that closes."""
    at = start
    while at < len(found):
        token = found[at]
        if token.is_sign(";", *CLOSE) or (at > start and token.line > found[at - 1].line):
            return at
        end = closing(found, at) if token.is_sign(*OPEN) else at
        at = len(found) if end is None else end + 1
    return at


def _said(text: str, found: Sequence[Token], place: int, end: int) -> str:
    key, value = found[place + 1].text, found[place + 3].text
    name = f"{_NAME}_{found[place].start}"
    domain = text[found[place + _WORDS].start : found[end - 1].end]
    declared = "" if key == "_" else f"some {key}; "
    value = f"{name}_value" if value == "_" else value
    return f"{name} := {domain}; {declared}{value} := {name}[{key}]"
