"""The ten tools of one trial, answered from a recording, and the list of calls for the scorer."""

import json
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from itbench import JsonObject, JsonValue, Tool
from itbench.kit import CountedTools, read_object
from itbench_sre.opsbench.recording import Recording
from itbench_sre.opsbench.resources import Resources

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_NO_STATUS = "Error: Status information for cluster control plane components is not available in the dataset"
# What a step is known by.
KEY_ARGUMENTS = ("resource_type", "name", "app_name", "node_name", "service_name", "port")


@cache
def tool_texts() -> dict[str, JsonObject]:
    """Return description, properties and required arguments of each tool by its name."""
    return read_object(Path(__file__).with_name("tools.json"))


class CaseTools(CountedTools):
    """The tools of one trial."""

    def __init__(self, recording: Recording, namespace: str, system: str) -> None:
        super().__init__(KEY_ARGUMENTS)
        self._recording, self._namespace, self._system = recording, namespace, system
        self._resources = Resources(recording, namespace)

    def offered(self) -> list[Tool]:
        """Return the tools for an agent."""
        answers: Mapping[str, Callable[..., JsonValue]] = {
            "GetResources": self._resources.get,
            "DescribeResource": self._resources.describe,
            "GetAppYAML": partial(self._of_service, "GetAppYAML"),
            "GetServiceDependencies": partial(self._of_service, "GetServiceDependencies"),
            "GetRecentLogs": self._recent_logs,
            "GetErrorLogs": self._error_logs,
            "CheckServiceConnectivity": self._connectivity,
            "CheckNodeServiceStatus": self._node_service,
            "GetClusterConfiguration": lambda: self._recording.answer("GetClusterConfiguration"),
            "GetAlerts": lambda: (
                self._recording.answer("GetAlerts") or "No active metric anomalies detected at this time."
            ),
        }
        return [self.make(name, text, answers[name]) for name, text in tool_texts().items()]

    def _unknown(self, wording: str, service: str, *tools: str) -> str | None:
        """Return that a service is none of those that these tools were recorded for; None if it is one."""
        allowed = sorted({name for tool in tools for name in self._recording.services.get(tool, ())})
        return None if service in allowed else f"{wording} {self._system}. Allowed: {allowed}"

    def _of_service(self, tool: str, **argument: JsonValue) -> JsonValue:
        ((_, name),) = argument.items()
        wording = f"Error: Error: Resource '{name}' is not in the allowed list of services for"
        return self._unknown(wording, name, tool) or self._recording.answer(tool, **argument)

    def _recent_logs(self, namespace: str, service_name: str) -> JsonValue:
        wording = f"Error: GetRecentLogs does not support service '{service_name}' for"
        problem = self._unknown(wording, service_name, "GetErrorLogs")
        if problem is not None:
            return problem
        if namespace != self._namespace:
            return (
                f"Error: GetRecentLogs expected namespace '{self._namespace}' for system '{self._system}', "
                f"got '{namespace}'."
            )
        sources = {
            service_name: f"From {service_name} logs:",
            f"{service_name}.previous": "From previous container logs:",
            f"{service_name}.istio-proxy": "From istio-proxy logs:",
        }
        blocks = [
            [head, *self._recording.logs[key]] for key, head in sources.items() if key in self._recording.logs
        ]
        lines = [line for block in blocks for line in ("", *block)][1:]
        return lines or f"No recent logs found for {service_name} in {namespace} namespace."

    def _error_logs(self, namespace: str, service_name: str) -> JsonValue:
        wording = f"Error: Error: GetErrorLogs does not support service '{service_name}' for"
        problem = self._unknown(wording, service_name, "GetErrorLogs")
        if problem is not None:
            return problem
        found = self._recording.answer("GetErrorLogs", namespace=namespace, service_name=service_name)
        if found is None:
            return "Error: Error logs for the specified service are not available."
        is_clean = isinstance(found, dict) and (
            found.get("total_errors") == 0 or found.get("patterns", "-") in ([], {})
        )
        if not found or is_clean:
            return f"No error logs found for {service_name} in {namespace} namespace."
        return json.dumps(found, indent=2, ensure_ascii=False)

    def _connectivity(self, service_name: str, port: int, namespace: str) -> JsonValue:
        wording = f"Error: Error: service '{service_name}' is not supported for connectivity checks in"
        problem = self._unknown(wording, service_name, "CheckServiceConnectivity", "GetAppYAML")
        if problem is not None:
            return problem
        found = self._recording.answer(
            "CheckServiceConnectivity", namespace=namespace, service_name=service_name, port=port
        )
        return "Connection failed" if found is None else found

    def _node_service(self, node_name: str, service_name: str) -> JsonValue:
        if service_name == "kube-scheduler" and node_name != "master":
            return (
                f"Error: '{service_name}' is not expected to run on node '{node_name}' in this benchmark setup. "
                "Query the 'master' node instead."
            )
        found = self._recording.answer(
            "CheckNodeServiceStatus", node_name=node_name, service_name=service_name
        )
        return found or _NO_STATUS
