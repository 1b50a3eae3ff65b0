"""Rewrites Rego of version 0 as version 1, which is the only version that OPA's library reads.

Only the syntax differs: version 1 asks for `if` before each body and `contains` in each partial set, makes `if`,
`contains`, `in` and `every` keywords without an import, has no deprecated built-ins, and forbids variables named `input` or
`data` and two imports of one name. The grammar is OPA's:
https://www.openpolicyagent.org/docs/policy-reference#grammar, https://www.openpolicyagent.org/docs/v0-upgrade
"""

from collections.abc import Sequence
from dataclasses import dataclass

from itbench_ciso.engines.inside.rego_shadowed import RuleTokens, shadowed
from itbench_ciso.engines.inside.rego_tokens import Token, tokens

# Appended to a name that is a keyword in version 1 and none in this file; messages are told without it.
SUFFIX = "_of_rego_v0"
_KEYWORDS = frozenset({"if", "contains", "in", "every"})
_IMPLIED = {"every": {"every", "in"}}
_DEPRECATED = frozenset(
    {"all", "any", "cast_array", "cast_boolean", "cast_null", "cast_object", "cast_set", "cast_string",
     "re_match", "set_diff"}
)  # fmt: skip
_OPEN, _CLOSE = "([{", ")]}"
_OPERATORS = "+-*/%&|=!<>:"
HELPERS = """\
package itbench.rego_v0

all(xs) := count([x | some x in xs; x != true]) == 0 if _is_collection(xs)

any(xs) := true in xs if _is_collection(xs)

_is_collection(xs) if is_array(xs)

_is_collection(xs) if is_set(xs)

re_match(pattern, text) := regex.match(pattern, text)

cidr_overlap(cidr, address) := net.cidr_contains(cidr, address)

set_diff(x, y) := x - y if {
	is_set(x)
	is_set(y)
}

cast_array(x) := x if is_array(x)

cast_array(x) := [y | some y in x] if is_set(x)

cast_set(x) := x if is_set(x)

cast_set(x) := {y | some y in x} if is_array(x)

cast_boolean(x) := x if is_boolean(x)

cast_null(x) := x if is_null(x)

cast_object(x) := x if is_object(x)

cast_string(x) := x if is_string(x)
"""


@dataclass(frozen=True, slots=True)
class _Edit:
    """What to put in place of a part of the text."""

    start: int
    end: int
    text: str


def as_v1(text: str) -> str:
    """Return a policy of version 1 that means what this one means in version 0, if it is one; never fails.

    What is not Rego of version 0 either stays wrong, so that OPA says what is wrong with it.
    """
    found = list(tokens(text))
    reader = _Reader(text, found)
    if ("rego", "v1") in reader.imported:
        return text
    for edit in sorted(reader.edits(), key=lambda edit: (edit.start, edit.end), reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


class _Reader:
    """Goes through the statements of a module and collects the edits."""

    def __init__(self, text: str, found: Sequence[Token]) -> None:
        self._text = text
        self._found = found
        self._edits: list[_Edit] = []
        self._rules: set[str] = set()
        self._parts_of: list[tuple[RuleTokens, int]] = []
        self._named: dict[tuple[str, ...], tuple[int, int]] = {}
        self.imported: set[tuple[str, ...]] = set()
        at = 0
        while at < len(found):
            # At least one token is read each time, whatever it is.
            at = max(self._statement(at), at + 1)

    def edits(self) -> list[_Edit]:
        """Return all edits; no two of them overlap."""
        variables = {
            place
            for rule, end in self._parts_of
            for place in shadowed(self._found, rule, end, self._expression)
        }
        ends = [self._found[place].end for place in sorted(variables)]
        renamed = [edit for place in range(len(self._found)) for edit in self._renamed(place)]
        return self._edits + renamed + [_Edit(end, end, SUFFIX) for end in ends]

    def _statement(self, at: int) -> int:
        word = self._word(at)
        if word == "package":
            return self._reference(at + 1)
        if word == "import":
            return self._import(at)
        if word == "default":
            return self._expression(self._head(at + 1))
        return self._rule(at) if self._found[at].kind == "name" else at + 1

    def _import(self, at: int) -> int:
        end = self._reference(at + 1)
        path = tuple(token.text for token in self._found[at + 1 : end] if token.kind in {"name", "string"})
        if self._word(end) == "as":
            end += 2
            path += ("as", self._word(end - 1))
        # Of imports of one name the last one counts; keywords have no name of their own.
        name = path if path[:1] in {("future",), ("rego",)} else path[-1:]
        if name in self._named:
            self._replace(*self._named[name], "")
        self._named[name] = (at, end)
        self.imported.add(path)
        return end

    def _rule(self, at: int) -> int:
        self._rules.add(self._found[at].text)
        end = self._reference(at)
        is_function = self._is(end, "(")
        head = self._after(end) if is_function else end
        parts = RuleTokens(at, range(end, head))
        value = self._assigned(head)
        if self._is_keyword(value, "contains"):
            body = self._expression(value + 1)
        else:
            body = value
            if value == head and not is_function and not self._is_keyword(body, "if"):
                self._partial_set(at, end)
        is_alone = not self._is(body, "{") and not self._is_keyword(body, "if")
        if is_alone and value == head and (is_function or self._parts(at, end) > 1):
            self._insert(self._found[body - 1].end, " := true")
        rule_end = self._bodies(body, parts.bodies)
        self._parts_of.append((parts, rule_end))
        return rule_end

    def _partial_set(self, start: int, end: int) -> None:
        """Say `p contains x` for `p[x]` and `p.x`; a longer reference is no partial set."""
        if self._parts(start, end) != 1:
            return
        if self._is(start + 1, "."):
            self._replace(start + 1, end, f' contains "{self._found[end - 1].text}"')
            return
        self._replace(start + 1, start + 2, " contains ")
        self._replace(end - 1, end, "")

    def _parts(self, start: int, end: int) -> int:
        """Return how many parts a reference has behind its name."""
        count, at = 0, start + 1
        while at < end:
            at = at + 2 if self._is(at, ".") else self._after(at)
            count += 1
        return count

    def _bodies(self, at: int, found: list[range]) -> int:
        """Put `if` before the bodies of a rule, and return the place behind the last one; `found` takes where they are."""
        start, at = at, self._first_body(at, "true; ")
        found.append(range(start, at))
        while self._is(at, "{"):
            start, at = at, self._after(at)
            found.append(range(start, at))
        while self._word(at) == "else" and not self._is(at + 1, "."):
            start = self._assigned(at + 1)
            at = self._first_body(start, "")
            found.append(range(start, at))
        return at

    def _first_body(self, at: int, first: str) -> int:
        if not self._is_keyword(at, "if"):
            return self._body(at, first)
        return self._after(at + 1) if self._is(at + 1, "{") else self._literal(at + 1)

    def _body(self, at: int, first: str) -> int:
        """Put `if` before a body; `first` keeps `if { a | b }` from being taken for a comprehension."""
        if not self._is(at, "{"):
            return at
        if not self._is(at + 1, "}"):
            self._insert(self._found[at].start, " if ")
            self._insert(self._found[at].end, f" {first}")
        return self._after(at)

    def _assigned(self, at: int) -> int:
        """Return the place behind a value, if one is assigned here."""
        if self._is(at, "=") and not self._is(at + 1, "="):
            return self._expression(at + 1)
        if self._is(at, ":") and self._is(at + 1, "="):
            return self._expression(at + 2)
        return at

    def _head(self, at: int) -> int:
        end = self._reference(at)
        end = self._after(end) if self._is(end, "(") else end
        return end + 1 + self._is(end, ":")

    def _reference(self, at: int) -> int:
        """Return the place behind a name and all that is added to it by dots and brackets."""
        at += 1
        while at < len(self._found):
            if self._is(at, "."):
                at += 2
            elif self._is(at, "[") and self._is_adjacent(at):
                at = self._after(at)
            else:
                break
        return min(at, len(self._found))

    def _literal(self, at: int) -> int:
        """Return the place behind the only literal of a body without braces."""
        while True:
            at = self._expression(at)
            if self._is(at, ",") or self._word(at) in {"with", "as"}:
                at += 1
            elif self._is(at, "{") and self._word_before_domain(at):
                return self._after(at)
            else:
                return at

    def _word_before_domain(self, at: int) -> bool:
        """Tell whether a brace begins the body of `every`, whose line it is on."""
        line = self._found[at].line
        return any(
            token.text == "every" and token.line == line for token in self._found[max(0, at - 40) : at]
        )

    def _expression(self, at: int) -> int:
        """Return the place behind an expression: the first one where neither an operand nor an operator can be."""
        wants_operand = True
        while at < len(self._found):
            token = self._found[at]
            if wants_operand:
                if token.is_sign("-") or self._word(at) in {"not", "some", "every"}:
                    at += 1
                    continue
                if token.is_sign(*_OPEN):
                    at = self._after(at)
                elif token.kind == "sign":
                    return at
                else:
                    at += 1
                wants_operand = False
            elif token.is_sign("."):
                at += 2
            elif token.is_sign("[", "(") and self._is_adjacent(at):
                at = self._after(at)
            elif token.is_sign(*_OPERATORS) or self._is_keyword(at, "in"):
                at += 1
                wants_operand = True
                while at < len(self._found) and self._is(at, "="):
                    at += 1
            else:
                return at
        return at

    def _renamed(self, place: int) -> list[_Edit]:
        """Return how a name that version 1 understands otherwise is to be written."""
        token = self._found[place]
        if token.kind != "name" or (place and self._found[place - 1].is_sign(".")):
            return []
        is_call = self._is(place + 1, "(")
        if token.text in _KEYWORDS and token.text not in self._keywords():
            is_built_in = token.text == "contains" and is_call and token.text not in self._rules
            return [] if is_built_in else [_Edit(token.end, token.end, SUFFIX)]
        if token.text in _DEPRECATED and is_call and token.text not in self._rules:
            return [_Edit(token.start, token.start, "data.itbench.rego_v0.")]
        if token.text == "net" and self._word(place + 2) == "cidr_overlap" and self._is(place + 3, "("):
            return [_Edit(token.start, token.end, "data.itbench.rego_v0")]
        return []

    def _keywords(self) -> set[str]:
        """Return what the file imports of the keywords."""
        found: set[str] = set()
        for path in self.imported:
            if path == ("future", "keywords"):
                return set(_KEYWORDS)
            if path[:2] == ("future", "keywords"):
                found |= _IMPLIED.get(path[2], {path[2]})
        return found

    def _after(self, at: int) -> int:
        """Return the place behind the bracket that closes the one here, or behind the end."""
        depth = 0
        for place in range(at, len(self._found)):
            depth += self._found[place].is_sign(*_OPEN) - self._found[place].is_sign(*_CLOSE)
            if depth == 0:
                return place + 1
        return len(self._found)

    def _is(self, at: int, sign: str) -> bool:
        return at < len(self._found) and self._found[at].is_sign(sign)

    def _is_keyword(self, at: int, word: str) -> bool:
        return self._word(at) == word and word in self._keywords()

    def _is_adjacent(self, at: int) -> bool:
        return self._found[at].start == self._found[at - 1].end

    def _word(self, at: int) -> str:
        is_name = at < len(self._found) and self._found[at].kind == "name"
        return self._found[at].text if is_name else ""

    def _insert(self, at: int, text: str) -> None:
        self._edits.append(_Edit(at, at, text))

    def _replace(self, start: int, end: int, text: str) -> None:
        self._edits.append(_Edit(self._found[start].start, self._found[end - 1].end, text))
