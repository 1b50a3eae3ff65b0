"""The table of policies with OPA's results, and how it is recorded.

    python tests/ciso/judging/rego/opa_table.py [--program OPA]

asks OPA for every result again and writes table/results.json. With the program `opa` each policy is evaluated as
`opa eval data.check.result`, of version 0 where it is none of version 1. Without it OPA's shared library is asked through
the wrapper that comes with it, with the same query; that wrapper knows no version 0 and takes failing built-ins for
errors, so where it ends with an error the engine under test is asked, and the result is marked.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent / "table"
RESULTS = HERE / "results.json"
HEAD = "package check\n"


@dataclass(frozen=True)
class Case:
    """One policy, maybe of several files, and one input."""

    name: str
    policies: Mapping[str, str]
    input: Any


def cases() -> Iterator[Case]:
    """Yield the whole table."""
    shared = json.loads((HERE / "expressions.json").read_text("utf-8"))
    for line in (HERE / "expressions.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield _case(f"expressions/{line}", f"{HEAD}result := {line}\n", shared)
    constructs = _read("constructs")
    for name, text in constructs["policies"].items():
        head = "" if text.startswith("package ") or name == "no package" else HEAD
        yield _case(f"constructs/{name}", head + text, constructs["input"])
    for name, text in _read("v0")["policies"].items():
        yield _case(f"v0/{name}", HEAD + text, constructs["input"])
    files = _read("files")
    for name, text in files["policies"].items():
        yield _case(f"files/{name}", text, files["input"])
    compliance = _read("compliance")
    for name, text in compliance["policies"].items():
        for cluster, value in compliance["inputs"].items():
            yield _case(f"compliance/{name} ({cluster})", HEAD + text, value)


def results() -> dict[str, Any]:
    """Return what was recorded: OPA's version, and the results by name."""
    recorded: dict[str, Any] = json.loads(RESULTS.read_text("utf-8"))
    return recorded


def verdict(value: Any) -> list[str]:
    """Return the verdict that a defined result has, as the engine tells it."""
    if isinstance(value, bool):
        return ["true" if value else "false", ""]
    return ["not-boolean", json.dumps(value)[:200]]


def _case(name: str, text: str | Mapping[str, str], value: Any) -> Case:
    return Case(name, {"policy.rego": text} if isinstance(text, str) else text, value)


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((HERE / f"{name}.yaml").read_text("utf-8"))
    return {key: {str(k).lower() if isinstance(k, bool) else k: v for k, v in value.items()} if key == "policies" else value
            for key, value in found.items()}  # fmt: skip


def _by_program(case: Case, program: str) -> list[str]:
    from itbench_ciso.engines.inside.opa_program import OpaProgram

    try:
        kind, message = OpaProgram(case.policies, program).judge(json.dumps(case.input))
    except ValueError:
        return ["error"]
    return [kind, message] if kind == "not-boolean" else [kind]


def _by_library(case: Case, library: Path) -> list[str]:
    """Ask the library's own wrapper with the plain query, and the engine under test where that cannot tell."""
    sys.path.insert(0, str(library.parents[1]))
    from opa_bindings import OpaEngine, OpaError

    with OpaEngine() as engine:
        engine.print_handler = lambda _message, _place: None
        try:
            for name, text in case.policies.items():
                engine.add_policy(name, text)
            found = engine.eval_query("x := data.check.result", case.input)
        except OpaError as error:
            return ["error"] if "eval_conflict_error" in str(error) else _by_engine(case, library)
    if not found:
        return ["undefined"]
    kind, message = verdict(found[0]["x"])
    return [kind, message] if message else [kind]


def _by_engine(case: Case, library: Path) -> list[str]:
    from itbench_ciso.engines.inside.opa_library import OpaLibrary

    try:
        kind, message = OpaLibrary(case.policies, str(library)).judge(json.dumps(case.input))
    except ValueError:
        return ["error"]
    return (
        [kind, message, "engine"]
        if kind == "not-boolean"
        else [kind, *([] if kind == "error" else ["engine"])]
    )


def main() -> None:
    """Record all results."""
    from itbench_ciso.engines.opa import LIBRARY_VERSION, find_opa

    parser = argparse.ArgumentParser(description="Record OPA's results of the table of policies.")
    parser.add_argument("--program", help="the program opa; OPA's shared library without it")
    program = parser.parse_args().program
    library = find_opa().path
    found = {
        case.name: _by_program(case, program) if program else _by_library(case, library) for case in cases()
    }
    recorded = {"opa": "program" if program else f"library {LIBRARY_VERSION}", "results": found}
    RESULTS.write_text(json.dumps(recorded, indent=0, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
