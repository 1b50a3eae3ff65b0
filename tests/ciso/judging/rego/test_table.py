"""The default engine says of each policy in the table what OPA says."""

import json
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from itbench_ciso.engines.verdict import one_line
from itbench_ciso.judging.rego.refusal import REFUSED
from itbench_ciso.judging.rego.trusted import TrustedJudge

from .opa_table import Case, cases, results

# OPA's own helpers, which no policy can name, and what is refused before an engine sees it.
_UNNAMED = {"internal.print", "internal.template_string", "internal.test_case"}
_IN_NO_CASE = {"http.send", "net.lookup_ip_addr", "opa.runtime", "rego.parse_module"}


@pytest.fixture(scope="module")
def table() -> list[Case]:
    return list(cases())


@pytest.mark.slow  # Judges 906 policies.
def test_the_default_engine_agrees_with_opa_on_the_whole_table(opa: Path, table: list[Case]) -> None:
    with TrustedJudge() as judge:
        found = {case.name: judge(case.policies, [case.input])[0] for case in table}
    assert {name: _said(verdict.kind, verdict.message) for name, verdict in found.items()} == _recorded()


@pytest.mark.slow  # Starts a program two or three times for each of 906 policies.
def test_the_program_opa_agrees_with_the_whole_table(cached: object, table: list[Case]) -> None:
    if shutil.which("opa") is None:
        pytest.skip("there is no program `opa` on the PATH")
    with TrustedJudge("opa-program") as judge:
        found = {case.name: judge(case.policies, [case.input])[0] for case in table}
    assert {name: _said(verdict.kind, verdict.message) for name, verdict in found.items()} == _recorded()


def test_the_table_is_as_large_and_as_mixed_as_the_language(table: list[Case]) -> None:
    assert len({case.name for case in table}) == len(table) >= 850
    parts = Counter(case.name.partition("/")[0] for case in table)
    assert parts.keys() == {"expressions", "constructs", "v0", "files", "compliance"}
    kinds = Counter(kind for kind, *_ in results()["results"].values())
    assert min(kinds[kind] for kind in ("true", "false", "undefined", "error", "not-boolean")) >= 30


@pytest.mark.slow
def test_every_built_in_of_opa_is_in_the_table(opa: Path, table: list[Case]) -> None:
    built_ins = {each["name"]: each.get("infix") for each in _capabilities(opa)}
    assert len(built_ins) > 200
    text = "\n".join(text for case in table for text in case.policies.values())
    named = set(re.findall(r"(?<![\w.])([a-z0-9_.]+)\(", text))
    missing = {name for name, sign in built_ins.items() if name not in named and (sign or name) not in text}
    assert missing <= _UNNAMED | _IN_NO_CASE


@pytest.mark.slow
def test_every_built_in_that_opa_calls_nondeterministic_is_refused(opa: Path) -> None:
    found = {each["name"] for each in _capabilities(opa) if each.get("nondeterministic")}
    assert len(found) >= 9
    assert found <= REFUSED.keys()


def _capabilities(library: Path) -> list[dict[str, Any]]:
    """Return the built-ins of the newest version that the library has a list of."""
    data = library.read_bytes()
    lists = []
    for start in re.finditer(rb'\{\n  "builtins": \[', data):
        text = data[start.start() : start.start() + 1_000_000].decode("utf-8", "replace")
        lists.append(json.JSONDecoder().raw_decode(text)[0]["builtins"])
    return max(lists, key=len)


def _recorded() -> dict[str, list[str]]:
    return {
        name: _said(*(part for part in said if part != "engine"))
        for name, said in results()["results"].items()
    }


def _said(kind: str, message: str = "") -> list[str]:
    return [kind, one_line(message)] if kind == "not-boolean" else [kind]
