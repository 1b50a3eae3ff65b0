"""Policies in Rego, each with one small mistake: what somebody may overlook, mistype or take too lightly.

The mistakes are made in the text, by tokens, lines and rules; a mutant that does not compile is none.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)|(?P<raw>`[^`]*`)|(?P<string>"(?:[^"\\]|\\.)*")|(?P<number>\b\d+\b)
    |(?P<word>[A-Za-z_]\w*)|(?P<sign>:=|==|!=|<=|>=|[-<>=|.,;:(){}\[\]+*/&%])|(?P<space>\s+)""",
    re.VERBOSE,
)
# What stands for a word that is swapped with it.
_WORDS = {
    "true": ("false",),
    "false": ("true",),
    "null": ("false",),
    "startswith": ("endswith", "contains"),
    "endswith": ("startswith", "contains"),
    "is_string": ("is_object",),
    "is_object": ("is_string",),
    "is_number": ("is_string",),
    "lower": ("upper",),
    "name": ("namespace", "kind"),
    "namespace": ("name",),
    "kind": ("name",),
    "apiVersion": ("kind",),
    "containers": ("initContainers",),
    "spec": ("metadata",),
    "matchLabels": ("matchExpressions",),
    "subjects": ("groups",),
}
_SIGNS = {"==": ("!=",), "!=": ("==",), ">": (">=", "<", "=="), "<": ("<=", ">")}
# What a list may wrongly hold as well, by what it holds.
PLAUSIBLE: tuple[tuple[frozenset[str], tuple[str, ...]], ...] = tuple(
    (frozenset(words.split()), tuple(words.split()))
    for words in (
        "get list watch create update patch delete bind escalate impersonate approve",
        "pods secrets configmaps nodes deployments jobs roles users serviceaccounts persistentvolumes services",
        "ConfigMap Service Deployment Role Secret ServiceAccount Namespace Pod CronJob ClusterRole RoleBinding",
        "kube-system mesh-infra node-agents storage-system default",
        "NET_RAW ALL NET_ADMIN SYS_ADMIN CHOWN KILL SETUID",
        "cluster-admin admin edit view",
        "privileged baseline restricted",
        "containers initContainers ephemeralContainers",
        "data stringData",
        "Ingress Egress",
    )
)
# What a policy says of a violation is not judged.
_REPORTED = re.compile(r"message := |violations contains \S+ if \{  =>")
_LISTED = re.compile(r"^(?P<indent>\s*)some (?P<name>\w+) in (?P<list>[^{}\[\]\n]+(?:\([^()]*\))?)$")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A policy with one mistake.

    Attributes:
        kind: of the mistake.
        place: what was there before and after, for a reader.
        text: of the policy.
    """

    kind: str
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def mutants(policy: str) -> list[Mutant]:
    """Return all mutants of a policy, no two with the same text."""
    makers: tuple[Callable[[str], Iterator[Mutant]], ...] = (
        _lines,
        _rules,
        _branches,
        _literals,
        _words,
        _signs,
        _elements,
        _quantifiers,
        _equalities,
    )
    found: dict[str, Mutant] = {}
    for maker in makers:
        for mutant in maker(policy):
            if mutant.text != policy and not _REPORTED.match(mutant.place):
                found.setdefault(mutant.text, mutant)
    return list(found.values())


def _tokens(text: str) -> list[Token]:
    found, place = [], 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        assert match is not None, text[place : place + 40]
        assert match.lastgroup is not None
        if match.lastgroup not in {"space", "comment"}:
            found.append(Token(match.lastgroup, match[0], place))
        place = match.end()
    return found


def replaced(kind: str, text: str, start: int, end: int, new: str) -> Mutant:
    """Return a mutant with another text at one place."""
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    line = text[line_start : len(text) if line_end < 0 else line_end].strip()
    changed = (text[line_start:start] + new + text[end : len(text) if line_end < 0 else line_end]).strip()
    return Mutant(kind, f"{line}  =>  {changed or '(nothing)'}", text[:start] + new + text[end:])


def _lines(text: str) -> Iterator[Mutant]:
    """Yield mutants that lack a condition, or have it the other way round."""
    place = 0
    for line in text.splitlines(keepends=True):
        body = line.strip()
        if line.startswith("\t") and body and not body.startswith(("#", "}", "]", '"')):
            yield replaced("condition dropped", text, place, place + len(line), "")
            if body.startswith("not "):
                yield replaced("not removed", text, place, place + len(line), line.replace("not ", "", 1))
            elif (
                not body.startswith(("some ", "every "))
                and ":=" not in body
                and not body.endswith((",", "[", "{"))
            ):
                yield replaced(
                    "negated", text, place, place + len(line), line.replace(body, f"not {body}", 1)
                )
        place += len(line)


def _rules(text: str) -> Iterator[Mutant]:
    """Yield mutants that lack a rule, or in which a rule of one line always holds."""
    place = 0
    for block in re.split(r"(?<=\n)\n", text):
        is_rule = re.search(r"\bif\b|:=|contains", block) and not block.startswith(
            ("package", "import", "default")
        )
        if is_rule:
            head = next(line for line in block.splitlines() if not line.startswith("#"))
            yield Mutant("rule dropped", head, text[:place] + text[place + len(block) :])
        match = re.search(r"^(?!default|#)(.* if )([^{\n]+)$", block, re.MULTILINE)
        if match and "else" not in match[0]:
            yield replaced("always holds", text, place + match.start(2), place + match.end(2), "true")
        place += len(block) + 1


def _branches(text: str) -> Iterator[Mutant]:
    """Yield mutants that lack an `else`."""
    for match in re.finditer(r"^} else := [^\n{]*(?: if \{\n(?:\t[^\n]*\n)*(?=\}))?", text, re.MULTILINE):
        end = match.end()
        rest = text[end:]
        new = "" if match[0].endswith("\n") else "}"
        yield Mutant("else dropped", match[0].splitlines()[0], text[: match.start()] + new + rest)


def _literals(text: str) -> Iterator[Mutant]:
    """Yield mutants with another text or number."""
    tokens = _tokens(text)
    others = sorted({token.text for token in tokens if token.kind == "string"})
    for token in tokens:
        if token.kind == "number":
            for number in (int(token.text) + 1, int(token.text) - 1):
                yield replaced("number changed", text, token.start, token.end, str(number))
        if token.kind == "raw":
            yield replaced("pattern cut", text, token.start, token.end, token.text[:-2] + "`")
            yield replaced(
                "pattern not anchored", text, token.start, token.end, token.text.replace("^", "", 1)
            )
        if token.kind == "string" and "%s" not in token.text:
            changed = [
                f'{token.text[:-1]}-x"',
                '""',
                f'{token.text[:-2]}"',
                *some([each for each in others if each != token.text], f"{token.start} {token.text}", 3),
            ]
            for other in changed:
                yield replaced("text changed", text, token.start, token.end, other)


def some(items: Sequence[str], label: str, count: int) -> list[str]:
    """Return a few items, the same ones for the same label: all of them would be too many."""
    return sorted(items, key=lambda item: crc32(f"{label} {item}".encode()))[:count]


def _words(text: str) -> Iterator[Mutant]:
    """Yield mutants that look at another field or call another function."""
    for token in _tokens(text):
        for other in _WORDS.get(token.text, ()) if token.kind == "word" else ():
            yield replaced("word swapped", text, token.start, token.end, other)


def _signs(text: str) -> Iterator[Mutant]:
    """Yield mutants with another operator."""
    for token, following in pairwise(_tokens(text)):
        others = _SIGNS.get(token.text, ()) if token.kind == "sign" else ()
        # What is no number is not compared by size.
        is_number = token.text == "==" and following.kind == "number"
        for other in (*others, *((">=", "<=") if is_number else ())):
            yield replaced("operator swapped", text, token.start, token.end, other)


def _elements(text: str) -> Iterator[Mutant]:
    """Yield mutants in which a list, set or object has one element fewer, more, or in another order."""
    tokens = _tokens(text)
    for start, parts in _literals_of(text, tokens):
        for place, (first, last) in enumerate(parts):
            cut_end = parts[place + 1][0] if place + 1 < len(parts) else last
            cut_start = parts[place - 1][1] if place and place + 1 == len(parts) else first
            yield replaced("element dropped", text, cut_start, cut_end, "")
        texts = [text[first:last] for first, last in parts]
        if len(parts) > 1 and text[start] == "[":
            yield replaced("order reversed", text, parts[0][0], parts[-1][1], ", ".join(reversed(texts)))
        held = {each.strip('"') for each in texts}
        for known, pool in PLAUSIBLE:
            if held & known:
                for other in pool:
                    new = f', "{other}"' if other not in held else ""
                    yield replaced("element added", text, parts[-1][1], parts[-1][1], new)


def _literals_of(text: str, tokens: list[Token]) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Yield the places of list, set and object literals, and of their elements."""
    stack: list[tuple[int, Token]] = []
    for number, token in enumerate(tokens):
        if token.text in {"[", "{", "("} and token.kind == "sign":
            stack.append((number, token))
        elif token.text in {"]", "}", ")"} and token.kind == "sign":
            first, opening = stack.pop()
            before = tokens[first - 1] if first else token
            is_index = (
                opening.text == "["
                and before.end == opening.start
                and (before.kind == "word" or before.text in "])")
            )
            inside = tokens[first + 1 : number]
            if (
                opening.text == "("
                or is_index
                or not inside
                or text[opening.end : token.start].lstrip(" ").startswith("\n\t\tnot")
            ):
                continue
            if any(each.text in {":=", "|", "if", "some", "==", "!=", "not", "every"} for each in inside):
                continue
            if (
                opening.text == "{"
                and not any(each.text in {",", ":"} for each in inside)
                and len(inside) > 1
            ):
                continue
            yield opening.start, _parts(inside)


def _parts(tokens: list[Token]) -> list[tuple[int, int]]:
    found, depth, start = [], 0, tokens[0].start
    for token, following in pairwise([*tokens, Token("end", "", tokens[-1].end)]):
        depth += (token.text in {"[", "{", "("}) - (token.text in {"]", "}", ")"})
        if token.text == "," and depth == 0:
            found.append((start, token.start))
            start = following.start
    if start < tokens[-1].end:
        found.append((start, tokens[-1].end))
    return found


def _quantifiers(text: str) -> Iterator[Mutant]:
    """Yield mutants that look only at the first or last of several things, or at any instead of all."""
    for match in re.finditer(r"^.*$", text, re.MULTILINE):
        listed = _LISTED.match(match[0])
        if listed:
            for place in ("0", f"count({listed['list']}) - 1"):
                new = f"{listed['indent']}{listed['name']} := {listed['list']}[{place}]"
                if "(" in listed["list"]:
                    held = f"{listed['name']}_list"
                    where = "0" if place == "0" else f"count({held}) - 1"
                    new = (
                        f"{listed['indent']}{held} := {listed['list']}\n"
                        f"{listed['indent']}{listed['name']} := {held}[{where}]"
                    )
                yield replaced("only one looked at", text, match.start(), match.end(), new)
    for match in re.finditer(r"every (\w+(?:, \w+)?) in (\[[^\]]*\]|[^\[\]{\n]+) \{\n([^}]*)\}", text):
        new = f"some {match[1]} in {match[2]}\n{match[3]}"
        yield replaced("any instead of all", text, match.start(), match.end(), new)
    for match in re.finditer(r"array\.concat\(([^,()\[\]]+|\[[^\]]*\]), ((?:[^()]|\([^()]*\))+)\)", text):
        for part in (match[1], match[2]):
            yield replaced("one of two lists", text, match.start(), match.end(), part)


def _equalities(text: str) -> Iterator[Mutant]:
    """Yield mutants in which an equal text is only one that begins, ends or goes on alike."""
    pattern = re.compile(r'^(\t+(?:not )?)([\w.\[\]"()]+) == ("[^"]*"|\w+)$', re.MULTILINE)
    for match in pattern.finditer(text):
        for function in ("startswith", "endswith", "contains"):
            new = f"{match[1]}{function}({match[2]}, {match[3]})"
            yield replaced("equality loosened", text, match.start(), match.end(), new)
    for match in re.finditer(r"^(\t+(?:not )?)(\S+) in (\S+)$", text, re.MULTILINE):
        for function in ("startswith", "contains"):
            new = f"{match[1]}beginning_of_any({match[2]}, {match[3]})"
            helper = (
                f"\n\nbeginning_of_any(it, those) if {{\n\tsome that in those\n\t{function}(it, that)\n}}\n"
            )
            changed = replaced("membership loosened", text, match.start(), match.end(), new)
            yield Mutant(changed.kind, f"{changed.place} by {function}", changed.text + helper)
