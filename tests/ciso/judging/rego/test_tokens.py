"""The tokenizer, which a hostile policy must not lead astray."""

import pytest
from hypothesis import given, strategies as st

from itbench_ciso.engines.inside.rego_tokens import tokens
from itbench_ciso.judging.rego.refusal import REFUSED, refusal

CALL = "http.send({})"
# Each of these may hold a forbidden name without naming it.
harmless = st.sampled_from(
    [
        "# http.send({}) \n",
        '"http.send({})"',
        r'"a \" http.send \\"',
        "`http.send({}) \\`",
        '`# " http.send`',
        '"# http.send"',
        '"`http.send`"',
        "input.http.send",
        "input . http . send",
        'data["http"].send',
        "https.send",
        "http.sender",
        "xhttp.send",
        '$"http.send {1} opa.runtime"',
        "x := 1",
        "{ y | y := [1, 2][_] }",
        "\n",
        "éa",
        "$",
        "\\",
    ]
)
naming = st.sampled_from(
    [
        CALL,
        "http . send(x)",
        'http["send"](x)',
        "http[`send`](x)",
        "http.#c\nsend(x)",
        r'http["s\u0065nd"]',
        "http\n.\nsend",
    ]
)


@pytest.mark.slow
@given(before=st.lists(harmless, max_size=6), after=st.lists(harmless, max_size=6))
def test_names_in_strings_and_comments_and_longer_references_are_harmless(
    before: list[str], after: list[str]
) -> None:
    assert refusal(" ; ".join([*before, *after])) is None


@pytest.mark.slow
@given(before=st.lists(harmless, max_size=6), call=naming, after=st.lists(harmless, max_size=6))
def test_a_named_built_in_is_found_between_whatever_strings_and_comments(
    before: list[str], call: str, after: list[str]
) -> None:
    assert "http.send" in (refusal(" ; ".join([*before, call, *after])) or "")


@given(st.text(alphabet=st.sampled_from('"`#${}\\[].ab \n'), max_size=40))
def test_any_text_is_taken_apart_to_its_end(text: str) -> None:
    found = list(tokens(text + "\n"))
    assert sum(len(token.text) for token in found) <= len(text) + 1
    assert all(1 <= token.line <= text.count("\n") + 2 for token in found)


@pytest.mark.parametrize(
    "form", ["x := {}(1)", "p {{ true with {} as 1 }}", '$"{{{}()}}"', 'x := $`a {{ {{"k": {}()}} }}`']
)
def test_each_refused_built_in_is_found_in_each_form(form: str) -> None:
    assert len(REFUSED) > 10
    for name in REFUSED:
        told = refusal("package check\n" + form.format(name)) or ""
        assert f"the built-in {name!r} in line 2 is refused" in told


def test_a_template_string_goes_on_behind_its_expression() -> None:
    found = [token.text for token in tokens('$"a {x["}"]} http.send {y} \\{z" + w')]
    assert found == ["x", "[", "}", "]", "y", "+", "w"]


def test_the_line_of_a_token_counts_the_lines_of_raw_strings_and_comments() -> None:
    assert "in line 5" in (refusal("package check # x\n\nx := `a\nb`\ny := opa.runtime()") or "")
