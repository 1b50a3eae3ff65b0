"""Rego of version 0, said as version 1."""

import pytest
from hypothesis import given, strategies as st

from itbench_ciso.engines.inside.rego_v0 import as_v1

HEAD = "package check\n"


@pytest.mark.parametrize(
    ("v0", "v1"),
    [
        ("result { true }", "result  if { true;  true }"),
        ("result = x { x := 1 }", "result = x  if { true;  x := 1 }"),
        ("deny[msg] { msg := 1 }", "deny contains msg  if { true;  msg := 1 }"),
        ("deny.x { true }", 'deny contains "x"  if { true;  true }'),
        ("ages[name] = age { true }", "ages[name] = age  if { true;  true }"),
        ("f(x) { x }", "f(x)  if { true;  x }"),
        ("f(1)", "f(1) := true"),
        ("result = 1 { a } else = 2 { b }", "result = 1  if { true;  a } else = 2  if {  b }"),
        ("default result = false", "default result = false"),
        ("result { any([x]) }", "result  if { true;  data.itbench.rego_v0.any([x]) }"),
        ("result { input.any(x) }", "result  if { true;  input.any(x) }"),
        (
            "any(x) = x { true }\nresult { any(1) }",
            "any(x) = x  if { true;  true }\nresult  if { true;  any(1) }",
        ),
        ("in = 1\nresult { in == 1 }", "in_of_rego_v0 = 1\nresult  if { true;  in_of_rego_v0 == 1 }"),
        ('result { contains("a", "b") }', 'result  if { true;  contains("a", "b") }'),
        ("result { x := {y | y := 1} }", "result  if { true;  x := {y | y := 1} }"),
        (
            "result { input := input.a; input.b == 1 }",
            "result  if { true;  input# := input.a; input#.b == 1 }",
        ),
        ("result = input { input := 1 }", "result = input#  if { true;  input# := 1 }"),
        ("f(input, data) = data { input }", "f(input#, data#) = data#  if { true;  input# }"),
        ("f([input, x]) { input == x }", "f([input#, x])  if { true;  input# == x }"),
        ("f(input) { q with input as input }", "f(input#)  if { true;  q with input as input# }"),
        (
            "f(input) = 1 { false } else = input { true }",
            "f(input#) = 1  if { true;  false } else = input#  if {  true }",
        ),
        (
            "result = input { input } else = data { data := 1 }",
            "result = input  if { true;  input } else = data#  if {  data# := 1 }",
        ),
        ("result { input := 1 } { input.a }", "result  if { true;  input# := 1 } { input.a }"),
        (
            "result { x := [input | input := 1]; input.a }",
            "result  if { true;  x := [input# | input# := 1]; input.a }",
        ),
        (
            "result { x := {data: y | data := 1; y := 2}; data.a }",
            "result  if { true;  x := {data#: y | data# := 1; y := 2}; data.a }",
        ),
        (
            "result { x.input; input := {1}; count(input) }",
            "result  if { true;  x.input; input# := {1}; count(input#) }",
        ),
        ("p[input] { input := 3 }", "p contains input#  if { true;  input# := 3 }"),
        ("result { [input, x] := [1, 2] }", "result  if { true;  [input, x] := [1, 2] }"),
        ("result { input = 1; some data }", "result  if { true;  input = 1; some data }"),
        ("import data.a.x\nimport data.b.x\nresult { x }", "\nimport data.b.x\nresult  if { true;  x }"),
        ("import data.a\nimport data.b as a\nimport input.a\nresult = a", "\n\nimport input.a\nresult = a"),
        (
            "import future.keywords.in\nimport future.keywords\nresult if { true }",
            "import future.keywords.in\nimport future.keywords\nresult if { true }",
        ),
    ],
)
def test_only_the_syntax_changes(v0: str, v1: str) -> None:
    assert as_v1(HEAD + v0) == HEAD + v1.replace("#", "_of_rego_v0")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "import rego.v1\nresult if { true }",
        "result := true",
        "default result := false",
        "# result { true }",
        "x := `p { q }`",
    ],
)
def test_what_is_of_both_versions_stays_as_it_is(text: str) -> None:
    assert as_v1(HEAD + text) == HEAD + text


PARTS = (
    "package",
    "import",
    "default",
    "p",
    "if",
    "contains",
    "in",
    "every",
    "else",
    "some",
    "not",
    "with",
    "as",
    "any",
    "future.keywords",
)
SIGNS = ("[", "]", "{", "}", "(", ")", ".", ",", ":=", "=", "==", "|", "-", ":", ";", "\n", " ", '"', "`", "#", "$`", "1")  # fmt: skip


@pytest.mark.slow
@given(st.lists(st.sampled_from(PARTS + SIGNS), max_size=40).map(" ".join) | st.text(max_size=60))
def test_whatever_is_no_rego_comes_to_an_end(text: str) -> None:
    assert isinstance(as_v1(text), str)


@pytest.mark.slow
@given(st.lists(st.sampled_from(PARTS + SIGNS), max_size=30).map(" ".join))
def test_nothing_that_was_written_is_lost_but_brackets_and_imports(text: str) -> None:
    names = [word for word in text.split() if word in {"p", "default", "some", "not", "with"}]
    if "import" not in text:
        found = as_v1(text)
        assert all(found.count(name) >= names.count(name) for name in names)
