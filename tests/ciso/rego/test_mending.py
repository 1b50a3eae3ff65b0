"""Policies that regopy alone would misunderstand. What each means was looked up with another engine (regorus 0.9)."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itbench_ciso.engines.inside.rego import RegoEngine
from itbench_ciso.rego.mending import mended

HEAD = "package check\nimport rego.v1\ndefault result := false\n"
INPUT = {
    "r": [
        {"k": 1, "bad": True, "spec": {"c": [{"n": "x", "p": False}, {"n": "y", "p": True, "s": {"u": 0}}]}},
        {"k": 2, "n": None, "spec": {"c": []}},
    ],
    "s": "abc",
    "e": [],
    "o": {"a": 1, "b": 2},
}
MEANINGS = {
    "result if { every r in input.r { not r.bad } }": False,
    "result if { every r in input.r { not r.none } }": True,
    "result if { every r in input.r { r.k == 1; not r.none } }": False,
    "result if { every r in input.r { every c in r.spec.c { not c.p } } }": False,
    "result if { every r in input.r { every c in r.spec.c { not c.none } } }": True,
    "result if { every r in input.r { count([c | some c in r.spec.c; not c.p]) < 2 } }": True,
    "result if { every r in input.missing { not r } }": False,
    "result if { every r in input.e { not r } }": True,
    "result if { every k, v in input.o { not v > 2; k != \"c\" } }": True,
    "result if { every k, v in input.o { not v > 1 } }": False,
    "result if { every x in {1, 2} { not x > 2 }; every y in [1] { not y == 2 } }": True,
    "result if { every x in {y | some y in input.e} { not x } }": True,
    'result if { every r in object.get(input, "r", {}) { not bad(r) } }\nbad(r) if {\n every c in r.spec.c { not c.p\n } }': False,
    "result if { count([r | some r in input.r; every c in r.spec.c { not c.p }]) == 1 }": True,
    "v contains r.k if {\n\tsome r in input.r\n\tevery c in r.spec.c {\n\t\tnot c.p\n\t}\n}\nresult if v == {2}": True,
    'result if { every x in ["}", "{"] { not x == "every y in z {" } }': True,
    "result if { every x in [`{`] { not x == `}` } }": True,
    "result if {\n\tevery r in input.r {\n\t\t# comment {\n\t\tnot r.none\n\t\tx := r.k\n\t\tx > 0\n\t} # end }\n}": True,
    "result if every r in input.r { r.k > 0 }": True,
    "result if every r in input.r { not r.bad }": False,
    "result if every r in input.r {\n\tnot r.none # {\n\tr.k > 0\n}": True,
    "result if { a := [k | some k, v in input.r]; a == [0, 1] }": True,
    "result if { a := [v.k | some _, v in input.r]; a == [1, 2] }": True,
    'result if { a := {k | some k, _ in input.o; k != "a"}; a == {"b"} }': True,
    "result if { a := [k |\n some k, v in input.r\n v.k == 1]; a == [0] }": True,
    "result if { a := [x | x := 1\n some k, v in input.r\n]; a == [1, 1] }": True,
    "result if { a := {k: v.k |\n some k, v in input.r\n}; a == {0: 1, 1: 2} }": True,
    'result if { count([k | some k, v in object.get(input, "r", {"x": 1}); v.bad]) == 1 }': True,
    'result if { [[a, b] | some a, b in input.o] == [["a", 1], ["b", 2]] }': True,
    "result if { a := [1 | some _, _ in input.r]; count(a) == 2 }": True,
    'result if { x := {c | some r in input.r; some i, c in r.spec.c; every k, w in c { not k == "s" } }; count(x) == 1 }': True,
}  # fmt: skip


@pytest.mark.parametrize("body", MEANINGS)
def test_a_policy_means_what_the_language_says(body: str) -> None:
    verdict, message = RegoEngine({"policy.rego": mended(HEAD + body)}).judge(json.dumps(INPUT))
    assert (verdict, message) == ("true" if MEANINGS[body] else "false", "")


@pytest.mark.parametrize(
    "body",
    [
        "result if { every r in input.r { r.k > 0 } }",
        "result if { some i, r in input.r; not r.bad }",
        "every_x := 1\nresult if { every_x == input.every; input.not }",
        'result := "every x in y { not z }" # every x in y { not z }',
        "result if { x := [c | some c in input.r; not c.bad]; count(x) == 1 }",
        "result if { every",
        "result if { every x in",
        "result if { every x in y { not z",
        "result if { [x | some k, v in",
    ],
)
def test_all_else_stays_as_it_is_written(body: str) -> None:
    assert mended(HEAD + body) == HEAD + body


def test_the_reason_for_all_this_is_still_there() -> None:
    """When this fails, regopy has learnt the language and mending can go."""
    body = "result if { every r in input.r { not r.bad } }"
    assert RegoEngine({"policy.rego": HEAD + body}).judge(json.dumps(INPUT)) == ("true", "")


@given(
    st.lists(
        st.sampled_from(
            [
                "every ",
                "some ",
                "x",
                ", ",
                "in ",
                "{",
                "}",
                "[",
                "]",
                "|",
                ";",
                "\n",
                "not ",
                "if ",
                '"',
                "`",
                "#",
                "k",
            ]
        ),
        max_size=25,
    ).map("".join)
)
def test_whatever_is_no_rego_comes_to_an_end(text: str) -> None:
    assert isinstance(mended(text), str)
