"""Says `every` in other words where rego-cpp would not understand it as the language has it.

rego-cpp 1.5.2 takes `not` in the body of `every` for true, whatever it negates, and does not parse `every` right behind
`if`. `every k, v in domain { body }` holds where the keys for which the body holds are all keys; that it gets right.
"""

from dataclasses import dataclass

from itbench_ciso.rego.brackets import OPEN, closing, ends_a_term
from itbench_ciso.rego.tokens import Token, tokens

_NAME = "itbench_every"


@dataclass(frozen=True, slots=True)
class _Every:
    """One `every` by the places of its parts among the tokens.

    Attributes:
        start: the word itself.
        names: one or two variables.
        word_in: the word before the domain.
        body: the brace before the body.
        end: the brace behind it.
    """

    start: int
    names: tuple[str, ...]
    word_in: int
    body: int
    end: int


def without_every(text: str) -> str:
    """Return a policy that means the same and has no `every` that would be misunderstood."""
    while True:
        found = list(tokens(text))
        # From the last one on, so that the inner ones come before those around them.
        for place in reversed(range(len(found))):
            every = _every(found, place)
            if every is not None and _is_misunderstood(found, every):
                text = text[: found[place].start] + _said(text, found, every) + text[found[every.end].end :]
                break
        else:
            return text


def _every(found: list[Token], place: int) -> _Every | None:
    if (
        found[place].kind != "name"
        or found[place].text != "every"
        or (place and found[place - 1].is_sign("."))
    ):
        return None
    at = place + 1
    names: list[str] = []
    while at + 1 < len(found) and found[at].kind == "name" and len(names) < 2:
        names.append(found[at].text)
        at += 1
        if not found[at].is_sign(","):
            break
        at += 1
    if not names or found[at].kind != "name" or found[at].text != "in":
        return None
    body = _body(found, at)
    end = None if body is None else closing(found, body)
    return None if body is None or end is None else _Every(place, tuple(names), at, body, end)


def _body(found: list[Token], word_in: int) -> int | None:
    """Return the place of the brace that begins the body: the first one behind a whole term."""
    at = word_in + 1
    while at < len(found):
        if found[at].is_sign("{") and at > word_in + 1 and ends_a_term(found[at - 1]):
            return at
        if found[at].is_sign(*OPEN):
            behind = closing(found, at)
            if behind is None:
                return None
            at = behind
        at += 1
    return None


def _is_misunderstood(found: list[Token], every: _Every) -> bool:
    inside = found[every.body : every.end]
    return _is_behind_if(found, every) or any(
        token.kind == "name" and token.text == "not" for token in inside
    )


def _is_behind_if(found: list[Token], every: _Every) -> bool:
    before = found[every.start - 1] if every.start else None
    return before is not None and before.kind == "name" and before.text == "if"


def _said(text: str, found: list[Token], every: _Every) -> str:
    # The place makes the name another one than that of any other `every`.
    name = f"{_NAME}_{found[every.start].start}"
    key, value = every.names if len(every.names) == 2 else (f"{name}_key", every.names[0])
    domain = text[found[every.word_in].end : found[every.body].start].strip()
    body = text[found[every.body].end : found[every.end].start].strip()
    # `some k, v in domain` is not parsed in a comprehension.
    each = f"some {key}; {value} := {name}[{key}]"
    said = f"{name} := {domain}; {name}_all := {{{key} | {each}}}; {name}_all == {{{key} | {each}; {body}\n}}"
    return f"{{ {said} }}" if _is_behind_if(found, every) else said
