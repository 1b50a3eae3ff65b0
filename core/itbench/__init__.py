"""itbench: a benchmark framework for AI agents that do enterprise IT work.

The public names are imported when first used, so that importing the package costs nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from itbench.errors import DataError, ITBenchError, PluginError, RunFileError, StorageError, UsageError
    from itbench.interfaces.agent import Agent, AgentRequest, AgentSpec, PrivilegedAgent
    from itbench.interfaces.domain import API_VERSION, Domain
    from itbench.interfaces.environment import Environment, FilesEnvironment, TestBench
    from itbench.interfaces.fault import Fault, LimitReached, Stage, StageError
    from itbench.interfaces.json import JsonObject, JsonValue
    from itbench.interfaces.progress import Progress, no_progress
    from itbench.interfaces.score import Score
    from itbench.interfaces.scorer import Scorer
    from itbench.interfaces.submission import Submission
    from itbench.interfaces.suite import Floor, PublishedResult, Suite, SuiteOptions
    from itbench.interfaces.task import HandIn, Limits, Task
    from itbench.interfaces.trace import Trace, TraceEvent, Usage
    from itbench.interfaces.workspace import Execution, Hosting, Input, Sandbox, Tool, Workspace

_HOMES = {
    "errors": ("DataError", "ITBenchError", "PluginError", "RunFileError", "StorageError", "UsageError"),
    "interfaces.agent": ("Agent", "AgentRequest", "AgentSpec", "PrivilegedAgent"),
    "interfaces.domain": ("API_VERSION", "Domain"),
    "interfaces.environment": ("Environment", "FilesEnvironment", "TestBench"),
    "interfaces.fault": ("Fault", "LimitReached", "Stage", "StageError"),
    "interfaces.json": ("JsonObject", "JsonValue"),
    "interfaces.score": ("Score",),
    "interfaces.scorer": ("Scorer",),
    "interfaces.submission": ("Submission",),
    "interfaces.suite": ("Floor", "Progress", "PublishedResult", "Suite", "SuiteOptions", "no_progress"),
    "interfaces.task": ("HandIn", "Limits", "Task"),
    "interfaces.trace": ("Trace", "TraceEvent", "Usage"),
    "interfaces.workspace": ("Execution", "Hosting", "Input", "Sandbox", "Tool", "Workspace"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [  # noqa: PLE0604, RUF100 - names are resolved by __getattr__
    "API_VERSION",
    "Agent",
    "AgentRequest",
    "AgentSpec",
    "DataError",
    "Domain",
    "Environment",
    "Execution",
    "Fault",
    "FilesEnvironment",
    "Floor",
    "HandIn",
    "Hosting",
    "ITBenchError",
    "Input",
    "JsonObject",
    "JsonValue",
    "LimitReached",
    "Limits",
    "PluginError",
    "PrivilegedAgent",
    "Progress",
    "PublishedResult",
    "RunFileError",
    "Sandbox",
    "Score",
    "Scorer",
    "Stage",
    "StageError",
    "StorageError",
    "Submission",
    "Suite",
    "SuiteOptions",
    "Task",
    "TestBench",
    "Tool",
    "Trace",
    "TraceEvent",
    "Usage",
    "UsageError",
    "Workspace",
    "no_progress",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its home on first use (PEP 562)."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'itbench' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"itbench.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value
