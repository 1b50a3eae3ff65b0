"""Judges in a process of its own: `judge_worker.py rego` or `judge_worker.py cel`.

The two engines cannot live in one process: regopy brings an allocator of its own, and CEL then frees what it does not own.
Reads a line of JSON `[policies, inputs]` and writes a line with a list of verdicts by policy for each input.
"""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

Verdicts = dict[str, bool | str]
Judge = Callable[[Any], Verdicts]


def rego(policies: dict[str, str]) -> Judge:
    from regopy import Interpreter

    # regopy 1.5.2 can crash where one interpreter holds several packages with functions of the same name.
    interpreters = {name: Interpreter() for name in policies}
    for name, policy in policies.items():
        interpreters[name].add_module(name, policy)

    def judge(value: Any) -> Verdicts:
        return {name: _result(interpreter, value) for name, interpreter in interpreters.items()}

    return judge


def _result(interpreter: Any, value: Any) -> bool | str:
    interpreter.set_input(value)
    found: dict[str, Any] = json.loads(str(interpreter.query("x := data.check.result")))
    verdict: bool | str = found["bindings"].get("x", "undefined")
    return verdict


def cel(policies: dict[str, str]) -> Judge:
    from itbench_ciso.admission.policy import read_policy
    from itbench_ciso.engines.inside.cel import CelEngine

    engines = {name: CelEngine(read_policy(text.encode(), 1 << 20)) for name, text in policies.items()}

    def judge(value: Any) -> Verdicts:
        text = json.dumps(value)
        verdicts = {name: engine.judge(text) for name, engine in engines.items()}
        return {name: {"true": True, "false": False}.get(kind, kind) for name, (kind, _) in verdicts.items()}

    return judge


def main() -> None:
    # regopy prints what is wrong with a policy: not into the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    engine = {"rego": rego, "cel": cel}[sys.argv[1]]
    for line in sys.stdin:
        policies, inputs = json.loads(line)
        try:
            judge = engine(policies)
            answer: Any = [judge(value) for value in inputs]
        except Exception as error:  # noqa: BLE001 - whatever it is, the test is to tell it
            answer = f"{type(error).__name__}: {str(error)[:1000]}"
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
