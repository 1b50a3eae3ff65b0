"""Judges with admission policies in a process of its own, which keeps its memory apart from that of the tests.

Reads a line of JSON `[policies, inputs]` and writes a line with a list of verdicts by policy for each input.
"""

import json
import os
import sys
from typing import Any


def judge(policies: dict[str, str], inputs: list[Any]) -> list[dict[str, bool | str]]:
    from itbench_ciso.engines.inside.cel import CelEngine
    from itbench_ciso.judging.admission.policy import read_policy

    engines = {name: CelEngine(read_policy(text.encode(), 1 << 20)) for name, text in policies.items()}
    found = [
        {name: engine.judge(json.dumps(value))[0] for name, engine in engines.items()} for value in inputs
    ]
    return [
        {name: {"true": True, "false": False}.get(kind, kind) for name, kind in each.items()}
        for each in found
    ]


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        try:
            answer: Any = judge(*json.loads(line))
        except Exception as error:  # noqa: BLE001 - whatever it is, the test is to tell it
            answer = f"{type(error).__name__}: {str(error)[:1000]}"
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
