"""Stirrup's logger, which writes into the trace what does not show there by itself."""

from typing import Any, Self

from stirrup.core.models import tool_call_blocks
from stirrup.utils.logging import AgentLoggerBase

from itbench.interfaces.events import EventKind
from itbench.interfaces.trace import Trace


class Watcher(AgentLoggerBase):  # type: ignore[misc] # stirrup is no part of the type check
    """Notes tool calls that no workspace or toolbox has noted, and summaries; prints nothing."""

    def __init__(self, trace: Trace) -> None:
        self.name = ""
        self.model: str | None = None
        self.max_turns: int | None = None
        self.depth = 0
        self.finish_params: Any = None
        self.run_metadata: dict[str, list[Any]] | None = None
        self.output_dir: str | None = None
        self._trace = trace
        self._noted_calls = 0
        self._arguments: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *ended: object) -> None:
        """End."""

    def assistant_message(self, turn: int, max_turns: int, assistant_message: Any) -> None:
        """Keep the arguments of the calls: their results come without."""
        calls = tool_call_blocks(assistant_message.blocks)
        self._arguments = {call.tool_call_id: call.arguments for call in calls}
        self._noted_calls = self._trace.usage.tool_calls

    def tool_result(self, tool_message: Any) -> None:
        """Note a call that was carried out, or refused, by Stirrup itself."""
        if self._trace.usage.tool_calls == self._noted_calls:
            self._trace.tool_call(
                tool_message.name or "",
                self._arguments.get(tool_message.tool_call_id, ""),
                tool_message.content,
                is_ok=tool_message.success,
                duration_s=tool_message.tool_duration or 0.0,
            )
        self._noted_calls = self._trace.usage.tool_calls

    def context_summarization_complete(self, summary: str, bridge: str) -> None:
        """Note that the conversation continues from a summary."""
        self._trace.record(EventKind.SUMMARISED, characters=len(summary))

    def context_summarization_start(self, pct_used: float, cutoff: float) -> None:
        """Leave it: the request shows it."""

    def on_step(self, step: int, tool_calls: int = 0, input_tokens: int = 0, output_tokens: int = 0) -> None:
        """Leave it: the trace counts."""

    def user_message(self, user_message: Any) -> None:
        """Leave it: the request shows it."""

    def task_message(self, task: str | list[Any]) -> None:
        """Leave it: the request shows it."""

    def debug(self, message: str, *args: object) -> None:
        """Leave it."""

    def info(self, message: str, *args: object) -> None:
        """Leave it."""

    def warning(self, message: str, *args: object) -> None:
        """Note it."""
        self._trace.record(EventKind.WARNING, message=message % args if args else message)

    def error(self, message: str, *args: object) -> None:
        """Note it."""
        self.warning(message, *args)
