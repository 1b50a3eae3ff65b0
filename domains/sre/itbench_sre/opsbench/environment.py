"""The world of a recorded case: tools that answer from the recording, or the recorded files, or a kubectl that knows them."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from itbench import Environment, Observation, Program, TrialSetup, Workspace
from itbench.kit import read_object
from itbench_sre.opsbench.recording import recording_of
from itbench_sre.opsbench.tools import CaseTools

CACHE, LOGS, STATES = "tool_cache.json", "raw_data/logs.json", "raw_data/k8s_states.json"
_KUBECTL = Path(__file__).with_name("kubectl.py")


class CaseEnvironment(Environment):
    """Opens a workspace in which nothing lies but what is meant for agents; the recording itself stays outside."""

    def __init__(self, setup: TrialSetup) -> None:
        self._setup = setup
        self._files = {entry.path: entry.source for entry in setup.hidden}
        self._tools: CaseTools | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Workspace]:
        """Open it in the way that was chosen."""
        way = self._setup.secret["way"]
        kubectl = [Program(name="kubectl", commands={"kubectl": _KUBECTL})] if way == "kubectl" else []
        async with self._setup.sandbox.open((), programs=kubectl) as workspace:
            if way == "tools":
                self._tools = self._case_tools()
                workspace.tools = self._tools.offered()
            elif way == "raw":
                for path, source in self._files.items():
                    if path != CACHE:
                        # Written, not mounted: a mount tells where a file lies and when it was checked out.
                        await workspace.write_file(path.rpartition("/")[2], source.read_bytes())
            else:
                await workspace.write_file(".kube/recorded.json", self._recorded())
            yield workspace

    def _case_tools(self) -> CaseTools:
        recording = recording_of(self._files[CACHE], self._files.get(LOGS))
        return CaseTools(recording, self._setup.secret["namespace"], self._setup.secret["system"])

    def _recorded(self) -> bytes:
        logs = read_object(self._files[LOGS]) if LOGS in self._files else {}
        states, home = read_object(self._files[STATES]), self._setup.secret["namespace"]
        return json.dumps({"namespace": home, "states": states, "logs": logs}).encode()

    async def observe(self, files: Mapping[str, bytes]) -> Observation:
        """Return the calls of tools, where there were tools."""
        del files
        return Observation() if self._tools is None else Observation(state={"calls": [*self._tools.calls]})
