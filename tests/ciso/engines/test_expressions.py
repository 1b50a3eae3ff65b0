"""Expressions and what an API server makes of them: the table beside this file, and texts drawn at random."""

import re
import string
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as some

from itbench_ciso.engines.inside.cel import DEEPEST_STACK
from itbench_ciso.engines.inside.expressions.cost import Meter
from itbench_ciso.engines.inside.expressions.environment import compile_expression
from itbench_ciso.engines.inside.expressions.errors import CompileError, CostExceededError, EvaluationError
from itbench_ciso.engines.inside.expressions.parser import parse
from itbench_ciso.engines.inside.expressions.syntax import Call
from itbench_ciso.engines.inside.expressions.types import DYN

pytest.importorskip("re2")

TABLE = Path(__file__).with_name("expressions.txt")
VALUE = {
    "text": "a",
    "number": 1,
    "list": [1, 2],
    "map": {"k": "v"},
    "nothing": None,
    "double": 1.5,
}
LEAST, LARGEST = -(2**63), 2**63 - 1


@pytest.fixture(autouse=True, scope="module")
def deep_stack() -> Iterator[None]:
    """Allow what the process that judges allows."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(DEEPEST_STACK)
    yield
    sys.setrecursionlimit(before)


def rows() -> list[tuple[str, str]]:
    lines = TABLE.read_text("utf-8").splitlines()
    return [
        (expression, result)
        for line in lines
        if (line and line[0] not in "#[") or " => " in line
        for expression, _, result in [line.rpartition(" => ")]
    ]


def made_of(expression: str) -> str:
    """Return what comes of an expression, as the table tells it."""
    try:
        program = compile_expression(expression, {"d": DYN})
    except CompileError as error:
        return f"refused: {error}"
    try:
        found = program.evaluate({"d": VALUE}, Meter(1_000_000))
    except EvaluationError as error:
        return f"error: {error}"
    except CostExceededError:
        return "cost"
    return str(found).lower()


@pytest.mark.slow
def test_each_expression_of_the_table_is_what_an_api_server_makes_of_it() -> None:
    table = rows()
    assert len(table) >= 200
    found = [(expression, result, made_of(expression)) for expression, result in table]
    wrong = [row for row in found if not is_as_told(row[1], row[2])]
    assert wrong == []


def is_as_told(told: str, found: str) -> bool:
    kind, _, part = told.partition(": ")
    return found.partition(": ")[0] == kind and part in found


@pytest.mark.parametrize(
    ("expression", "cost"),
    [
        ("true", 0),
        ("d.text == 'a'", 3),
        ("has(d.map.k)", 2),
        ("d.text in ['a', 'b']", 2),
        ("d.number in d.list", 6),
        ("d.list.all(x, x > 0)", 13),
        ("d.list.map(x, x + 1).size() == 2", 33),
        ("[1, 2].exists(x, x == 2)", 13),
        ("['aa', 'bb', 'cc', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].join(' ') == ''", 5),
        ("sets.equivalent([1, 2, 3], [3, 2, 1])", 19),
        ("format.named('dns1123Label').value().validate('my-name').hasValue()", 11),
        ("{'a': 1, 'b': 2}.transformMap(k, v, v + 1) == {}", 11),
        ("[1, 2].sort() == [1, 2]", 20),
        ("'abc'.split('')[0] == 'a'", 4),
        ("int('1') == 1", 1),
    ],
)
def test_an_evaluation_costs_what_it_costs_an_api_server(expression: str, cost: int) -> None:
    """The costs are those of cel-go's tracker with constants folded, and of Kubernetes' own estimator."""
    meter = Meter()
    compile_expression(expression, {"d": DYN}).evaluate({"d": VALUE}, meter)
    assert meter.spent == cost


PIECES = [
    *"()[]{}?:.,!-+*/%<>=&|'\"\\ \n",
    "in", "has", "true", "null", "d", "d.?a", "x", "1", "1u", "2.5", "'a'", "b'a'", "all", "map", "exists", ".all(x, ", ".map(x, ",
    "==", "&&", "||", "size(", "'%s'.format([", "lists.range(3)", "int(", "quantity(", "duration('1s')", "optional.of(", "r'", "0x", "9" * 30,
]  # fmt: skip
TEXTS = some.lists(some.sampled_from(PIECES), max_size=25).map("".join) | some.text(
    string.printable, max_size=40
)


@pytest.mark.slow
@given(TEXTS | some.text(max_size=30))
@settings(max_examples=400, deadline=None)
def test_no_text_gives_any_other_error(text: str) -> None:
    assert isinstance(made_of(text), str)


@pytest.mark.slow
@given(some.integers(LEAST, LARGEST), some.integers(LEAST, LARGEST), some.sampled_from("+-*/%"))
@settings(max_examples=300, deadline=None)
def test_integers_are_reckoned_as_python_reckons_them_within_their_range(
    one: int, other: int, sign: str
) -> None:
    expected: int | None = None
    if sign in "+-*":
        expected = {"+": one + other, "-": one - other, "*": one * other}[sign]
    elif other:
        quotient = abs(one) // abs(other) * (1 if (one < 0) == (other < 0) else -1)
        expected = quotient if sign == "/" else one - quotient * other
    is_in_range = expected is not None and LEAST <= expected <= LARGEST
    if sign == "%" and (one, other) == (LEAST, -1):
        return  # cel-go takes this for an overflow, as its division does.
    found = made_of(f"{one} {sign} {other}")
    assert found == str(expected) if is_in_range else re.match("error: .*(overflow|by zero)", found)


@pytest.mark.slow
@given(some.text(), some.text(max_size=3))
@settings(max_examples=200, deadline=None)
def test_strings_behave_as_pythons_do(text: str, part: str) -> None:
    value = {**VALUE, "text": text, "part": part}
    expression = "[d.text.contains(d.part), d.text.startsWith(d.part), d.text.replace(d.part, 'x') == d.text, d.text.size() == 1]"
    program = compile_expression(expression, {"d": DYN})
    found = program.evaluate({"d": value})
    assert found == [part in text, text.startswith(part), text.replace(part, "x") == text, len(text) == 1]


NINES = "9" * 40_000
HOSTILE = [
    (f"{NINES} > 0", "refused: .*invalid int literal"),
    (f"0x{'f' * 50_000}u > 0u", "refused: .*invalid uint literal"),
    (f"1e{NINES} > 0.0", "refused: .*invalid double literal"),
    (f"int('{NINES}') > 0", "refused: .*type conversion error"),
    (f"uint(d.text + '{NINES}') > 0u", "error: type conversion error"),
    (f"quantity('{NINES}').sign() == 1", "error: quantities must match"),
    ("quantity('1e99999999').sign() == 1", "error: quantities must match"),
    (f"duration('{NINES}h') > duration('1s')", "refused: .*invalid duration"),
    (f"timestamp('2020-01-01T00:00:00.{NINES}Z') > timestamp('2020-01-01T00:00:00Z')", "true"),
    (f"isSemver('{NINES}.1.1') || isSemver('1.1.1-{NINES}')", "false"),
    (f"isCIDR('1.1.1.1/{NINES}') || isIP('{NINES}')", "false"),
    (f"isURL('http://a:{NINES}/')", "false"),
    (f"'%.{NINES}f'.format([1.5]) == ''", "refused: .*precision"),
    (f"timestamp('2020-01-01T00:00:00Z').getHours('{'a/' * 20_000}') == 1", "error: unknown time zone"),
    ("timestamp('2020-01-01T00:00:00Z').getHours('../../../etc/passwd') == 1", "error: unknown time zone"),
    (f"{'(' * 300}true{')' * 300}", "refused: .*recursion limit"),
    (f"{'-' * 90_001}1 == -1", "true"),
    (f"{'[' * 260}{']' * 260} == []", "refused: .*recursion limit"),
    (f"[{','.join(['[]'] * 3000)}].size() == 3000", "true"),
    (f"[1]{''.join(f'.map(x{n}, [x{n}, x{n}])' for n in range(100))}.size() == 1", "true"),
    (f"[{{1: 1}}]{''.join('.map(a, {0: {a.size(): a}}[0])' for _ in range(30))}.size() == 1", "true"),
    (f"[1]{''.join('.map(a, [[a], [a]]).map(a, [{a: a}])' for _ in range(60))}.size() == 1", "refused: .*type is made of more"),
    (f"{'a in (' * 100}[1]{')' * 100}", "refused: undeclared|refused: .*undeclared"),
    (f"{'1 in ([1] == ' * 20}[1]{')' * 20}", "refused"),
    ("'a'.matches('" + "(" * 2000 + "a" + ")" * 2000 + "')", "refused|true"),
    ("'a'.matches('(a{1000}){1000}')", "refused: .*invalid matches argument"),
    (f"[{','.join(['1 == 1'] * 2000)}].size() == 2000", "true"),
    ("{'a': lists.range(100000).transformMap(i, v, v)}.size() == 1", "true"),
    ("lists.range(9223372036854775807).size() == 1", "cost"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("expression", "told"), HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_expression_has_a_result_too(expression: str, told: str) -> None:
    assert re.match(told, made_of(expression)), made_of(expression)[:300]


OPERATORS = {"||": 1, "&&": 2, "==": 3, "+": 4, "*": 5}
TREES = some.recursive(
    some.sampled_from(["1", "x", "'a'", "d.text", "f(1)", "[1, 2]", "-1.5", "!true"]),
    lambda part: some.tuples(part, some.sampled_from(sorted(OPERATORS)), part),
    max_leaves=12,
)


def written(tree: object, *, sparing: bool, above: int = 0) -> str:
    """Return an expression with all parentheses, or only with those that are needed."""
    if isinstance(tree, str):
        return tree
    one, sign, other = tree
    rank = OPERATORS[sign]
    text = f"{written(one, sparing=sparing, above=rank)} {sign} {written(other, sparing=sparing, above=rank + 1)}"
    return text if sparing and rank >= above else f"({text})"


def shape(node: object) -> object:
    """Return a tree without the places of its parts; `||` and `&&` take any number of terms."""
    if isinstance(node, Call):
        parts = [shape(each) for each in node.arguments]
        same = [part for part in parts if isinstance(part, tuple) and part[0] == node.function]
        if node.function in {"_||_", "_&&_"} and same:
            parts = [inner for part in parts for inner in (part[1] if part in same else [part])]
        return (node.function, parts)
    return re.sub(r"offset=\d+", "", repr(node))


@pytest.mark.slow
@given(TREES)
@settings(max_examples=200, deadline=None)
def test_an_expression_is_read_alike_with_all_its_parentheses_and_with_the_needed_ones(tree: object) -> None:
    whole, sparing = (shape(parse(written(tree, sparing=each))) for each in (False, True))
    assert whole == sparing
