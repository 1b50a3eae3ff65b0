"""Admission policies, each with one small mistake, in an expression or in what the policy is matched with."""

import copy
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import yaml
from rego_mutants import PLAUSIBLE, Mutant, Token, some

from itbench.interfaces.json import JsonObject

_TOKEN = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*")|(?P<number>\b\d+\b)|(?P<word>[A-Za-z_]\w*)
    |(?P<sign>&&|\|\||==|!=|<=|>=|\.\?|[-<>!.,?:()\[\]{}+*/])|(?P<space>\s+)""",
    re.VERBOSE,
)
_WORDS = {
    "true": ("false",),
    "false": ("true",),
    "all": ("exists",),
    "exists": ("all",),
    "startsWith": ("endsWith", "contains"),
    "endsWith": ("startsWith", "contains"),
    "name": ("namespace", "kind"),
    "namespace": ("name",),
    "kind": ("name",),
}
_SIGNS = {"==": ("!=",), "!=": ("==",), ">": (">=", "<", "=="), "&&": ("||",), "||": ("&&",)}
_AROUND = 70
# That of libyaml is ten times as fast.
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_OPENING, _CLOSING = "([{", ")]}"
_EQUAL = re.compile(r'([\w.?]+(?:\(""\))?) == ("[^"]*")')


def mutants(policy: str) -> list[Mutant]:
    """Return all mutants of a policy in YAML, no two with the same text."""
    whole: JsonObject = yaml.safe_load(policy)
    found: dict[str, Mutant] = {}
    for kind, place, changed in _changed(whole):
        text: str = yaml.dump(changed, Dumper=_DUMPER, sort_keys=False)
        found.setdefault(text, Mutant(kind, place, text))
    return list(found.values())


def _changed(whole: JsonObject) -> Iterator[tuple[str, str, JsonObject]]:
    for part in ("variables", "validations"):
        for number, each in enumerate(whole["spec"].get(part, [])):
            label = f"{part}[{number}]"
            for kind, text in _expressions(each["expression"]):
                if text == each["expression"]:
                    continue
                changed = copy.deepcopy(whole)
                changed["spec"][part][number]["expression"] = text
                yield kind, f"{label}: {_difference(each['expression'], text)}", changed
    if len(whole["spec"]["validations"]) > 1:
        for number, each in enumerate(whole["spec"]["validations"]):
            changed = copy.deepcopy(whole)
            del changed["spec"]["validations"][number]
            yield "validation dropped", each["expression"], changed
    yield from _constraints(whole)


def _difference(before: str, after: str) -> str:
    """Return what was changed, as `before[old => new]behind`, with a little of what stands around it."""
    start = _alike(before, after)
    end = _alike(before[start:][::-1], after[start:][::-1])
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    around = " ".join(before[max(0, start - _AROUND) : start].split())
    behind = " ".join(before[len(before) - end :][:_AROUND].split())
    return f"{around}[{old} => {new}]{behind}"


def _alike(one: str, other: str) -> int:
    """Return with how many equal characters two texts begin."""
    pairs = zip(one, other, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _constraints(whole: JsonObject) -> Iterator[tuple[str, str, JsonObject]]:
    """Yield policies that are matched with other requests."""

    def edited(edit: Callable[[JsonObject], Any]) -> JsonObject:
        changed = copy.deepcopy(whole)
        edit(changed["spec"])
        return changed

    rules = whole["spec"]["matchConstraints"]["resourceRules"]
    for number, rule in enumerate(rules):
        if len(rules) > 1:
            yield "resource rule dropped", str(rule), edited(partial(_drop_rule, number))
        if "scope" in rule:
            yield "scope dropped", str(rule), edited(partial(_drop_scope, number))
        for key in ("apiGroups", "apiVersions", "operations", "resources"):
            for place, value in enumerate(rule[key]):
                label = f"{key} {value}"
                if len(rule[key]) > 1:
                    yield (
                        f"one of {key} dropped",
                        label,
                        edited(partial(_drop_value, number, key, place)),
                    )
            if rule[key] != ["*"]:
                yield (
                    f"{key} widened",
                    str(rule[key]),
                    edited(partial(_widen, number, key)),
                )
    yield "failures ignored", "failurePolicy", edited(lambda spec: spec.update(failurePolicy="Ignore"))


def _rules(spec: JsonObject) -> list[JsonObject]:
    found: list[JsonObject] = spec["matchConstraints"]["resourceRules"]
    return found


def _drop_rule(number: int, spec: JsonObject) -> None:
    _rules(spec).pop(number)


def _drop_scope(number: int, spec: JsonObject) -> None:
    _rules(spec)[number].pop("scope")


def _drop_value(number: int, key: str, place: int, spec: JsonObject) -> None:
    _rules(spec)[number][key].pop(place)


def _widen(number: int, key: str, spec: JsonObject) -> None:
    _rules(spec)[number][key] = ["*"]


def _expressions(text: str) -> Iterator[tuple[str, str]]:
    tokens = [
        Token(match.lastgroup or "", match[0], match.start())
        for match in _TOKEN.finditer(text)
        if match.lastgroup != "space"
    ]
    for maker in (_words, _literals, _operands, _negations, _elements, _equalities):
        yield from maker(text, tokens)


def _swapped(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]


def _words(text: str, tokens: list[Token]) -> Iterator[tuple[str, str]]:
    for token in tokens:
        swaps = {"word": _WORDS, "sign": _SIGNS}.get(token.kind, {})
        for other in swaps.get(token.text, ()):
            yield "word or operator swapped", _swapped(text, token.start, token.end, other)


def _literals(text: str, tokens: list[Token]) -> Iterator[tuple[str, str]]:
    others = sorted({token.text for token in tokens if token.kind == "string"})
    for token in tokens:
        if token.kind == "number":
            for number in (int(token.text) + 1, int(token.text) - 1):
                yield "number changed", _swapped(text, token.start, token.end, str(number))
        if token.kind == "string":
            further = some([each for each in others if each != token.text], f"{token.start}{token.text}", 3)
            for other in (f'{token.text[:-1]}-x"', '""', f'{token.text[:-2]}"', *further):
                yield "text changed", _swapped(text, token.start, token.end, other)


def _operands(text: str, tokens: list[Token]) -> Iterator[tuple[str, str]]:
    """Yield expressions that lack one side of a conjunction, disjunction or sum."""
    for number, token in enumerate(tokens):
        if token.text in {"&&", "||", "+"}:
            right, left = _edge(tokens, number, 1, token.text), _edge(tokens, number, -1, token.text)
            yield "operand dropped", _swapped(text, token.start, tokens[right].end, "")
            yield "operand dropped", _swapped(text, tokens[left].start, tokens[number + 1].start, "")


def _edge(tokens: list[Token], number: int, step: int, operator: str) -> int:
    """Return the last token of the operand on one side of an operator."""
    stops = (
        {",", "?", ":", "||"}
        | ({"&&"} if operator != "||" else set())
        | ({"+", "=="} if operator == "+" else set())
    )
    opening, closing = (_OPENING, _CLOSING) if step > 0 else (_CLOSING, _OPENING)
    depth, place = 0, number + step
    while 0 <= place < len(tokens):
        text = tokens[place].text
        if depth == 0 and (text in closing or text in stops):
            return place - step
        depth += (text in opening) - (text in closing)
        place += step
    return place - step


def _negations(text: str, tokens: list[Token]) -> Iterator[tuple[str, str]]:
    yield "negated", f"!({text})"
    for token in tokens:
        if token.text == "!":
            yield "not removed", _swapped(text, token.start, token.end, "")


def _elements(text: str, tokens: list[Token]) -> Iterator[tuple[str, str]]:
    """Yield expressions in which a list has one element fewer or more."""
    for match in re.finditer(r'\[((?:"[^"]*"(?:, )?)+)\]', text):
        items = re.findall(r'"[^"]*"', match[1])
        for place in range(len(items)):
            left = ", ".join([*items[:place], *items[place + 1 :]])
            yield "element dropped", _swapped(text, match.start(), match.end(), f"[{left}]")
        held = {each.strip('"') for each in items}
        for known, pool in PLAUSIBLE:
            for other in pool if held & known else ():
                if other not in held:
                    more = ", ".join([*items, f'"{other}"'])
                    yield "element added", _swapped(text, match.start(), match.end(), f"[{more}]")


def _equalities(text: str, tokens: list[Token]) -> Iterator[tuple[str, str]]:
    """Yield expressions in which an equal text is only one that begins, ends or goes on alike."""
    for match in _EQUAL.finditer(text):
        for function in ("startsWith", "endsWith", "contains"):
            new = f"{match[1]}.{function}({match[2]})"
            yield "equality loosened", _swapped(text, match.start(), match.end(), new)
    for match in re.finditer(r"(?<=[ (])([\w.]+) in (\[[^\]]*\])", text):
        for function in ("startsWith", "contains"):
            new = f"{match[2]}.exists(each, {match[1]}.{function}(each))"
            yield "membership loosened", _swapped(text, match.start(), match.end(), new)
