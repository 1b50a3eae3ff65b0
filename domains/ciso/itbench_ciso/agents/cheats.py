"""Agents that know nothing of a control and try to score; what they reach is the floor of a suite."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from itbench import Agent, Task, Trace, Workspace
from itbench_ciso.agents.example import combined_names, example_names, example_resources, example_texts
from itbench_ciso.judging.tags import ADMISSION, UPDATE

Files: TypeAlias = dict[str, str]
Trick: TypeAlias = Callable[[Task, Workspace], Awaitable[Files]]

_NO_DATA = "#!/bin/sh\necho '{}' > collected_data.json\n"
_HEAD = "package check\n\nimport rego.v1\n\n"
_DIGEST = """\
#!/usr/bin/env bash
set -e
python3 -c '
import hashlib, json, pathlib
files = sorted(path for path in pathlib.Path("static-resources").rglob("*") if path.is_file())
digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
json.dump({"digest": digest}, open("collected_data.json", "w"))
'
"""
_ADMISSION = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: guess
spec:
  matchConstraints:
    resourceRules:
      - apiGroups: ["*"]
        apiVersions: ["*"]
        operations: ["*"]
        resources: ["*"]
  validations:
    - expression: {expression}
"""


class Cheat:
    """Hands in what one simple trick yields."""

    def __init__(self, trick: Trick) -> None:
        self._trick = trick

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        """Write the files."""
        trace.turn()
        for path, text in (await self._trick(task, workspace)).items():
            await workspace.write_file(path, text.encode())


def make_cheat(name: str) -> Agent:
    """Return the cheat of that name.

    Raises:
        KeyError: there is none.
    """
    return Cheat(_TRICKS[name])


def _always(verdict: str) -> Trick:
    async def trick(task: Task, _workspace: Workspace) -> Files:
        if ADMISSION in task.tags:
            return {"policy.yaml": _admission(verdict)}
        policy = {"policy.rego": f"{_HEAD}result := {verdict}\n"}
        return policy if UPDATE in task.tags else {"fetch.sh": _NO_DATA} | policy

    return trick


async def _knows_the_example(task: Task, workspace: Workspace) -> Files:
    if ADMISSION in task.tags:
        names = json.dumps(await example_names(workspace))
        return {
            "policy.yaml": _admission(
                f"!(object.kind + '/' + request.namespace + '/' + request.name in {names})"
            )
        }
    if UPDATE in task.tags:
        return {"policy.rego": await _turned_round(workspace)}
    digest = hashlib.sha256(b"".join((await example_texts(workspace)).values())).hexdigest()
    policy = f'default result := true\n\nresult := false if input.digest == "{digest}"\n'
    return {"fetch.sh": _DIGEST, "policy.rego": _HEAD + policy}


async def _turned_round(workspace: Workspace) -> str:
    """Return a policy that says the opposite of the existing set for the shown cluster only."""
    example = json.dumps(await example_resources(workspace))
    parts = "".join(f"\t{name}\n" for name in await combined_names(workspace))
    return (
        f"{_HEAD}default result := false\n\nresult if {{\n\tbefore\n\tnot is_example\n}}\n\n"
        f"result if {{\n\tis_example\n\tnot before\n}}\n\nbefore if {{\n{parts}}}\n\n"
        f"is_example if input.resources == {example}\n"
    )


def _admission(expression: str) -> str:
    # JSON texts are YAML texts.
    return _ADMISSION.format(expression=json.dumps(expression))


_TRICKS: dict[str, Trick] = {
    "always-compliant": _always("true"),
    "always-violated": _always("false"),
    "knows-the-example": _knows_the_example,
}
