"""The steps of a trial as events of Inspect's transcript."""

from datetime import datetime, timedelta

from itbench.interfaces.json import JsonObject
from itbench.report.export.inspect_log.messages import Messages, assistant
from itbench.report.export.inspect_log.use import model_use
from itbench.report.export.steps.step import Answered, Asked, Called, Noted, Step
from itbench.report.transcript.fields import number_of, object_of, text_of

_STOPS = {"end": "stop", "tools": "tool_calls", "length": "max_tokens", "refusal": "content_filter"}
# They are told in other ways.
_LEFT_OUT = frozenset({"turn"})


class Events:
    """Turns steps into events, with the conversation that they belong to.

    Args:
        started: when the trial began.
        messages: takes the conversation.
    """

    def __init__(self, started: datetime, messages: Messages) -> None:
        self._started = started
        self._messages = messages

    def event(self, step: Step) -> JsonObject | None:
        """Return the event of a step; None where it is told in another way."""
        if isinstance(step, Asked):
            if "role" not in step.data:
                self._messages.ask(step)
            return None
        if isinstance(step, Answered):
            return self._model(step)
        if isinstance(step, Called):
            return self._tool(step)
        return None if step.kind in _LEFT_OUT else self._info(step)

    def told(self, at_s: float, kind: str, data: JsonObject) -> JsonObject:
        """Return an event of any kind."""
        return {"event": kind, "timestamp": self.clock(at_s), "working_start": at_s} | data

    def clock(self, at_s: float) -> str:
        """Return the time of a moment of the trial."""
        return (self._started + timedelta(seconds=at_s)).isoformat()

    def _model(self, step: Answered) -> JsonObject:
        message = self._messages.answer(step)
        data = {
            "model": step.model,
            "role": step.role,
            "input": [],
            "input_refs": [list(each) for each in self._messages.of_request(step)],
            "tools": [],
            "tool_choice": "auto",
            "config": {},
            "output": model_output(step, message),
            "completed": self.clock(step.ended_s),
            "working_time": step.ended_s - step.began_s,
            "error": step.error or None,
        }
        return self.told(step.began_s, "model", data)

    def _tool(self, step: Called) -> JsonObject:
        error = {
            "type": "timeout" if step.timed_out else "unknown",
            "message": "it was ended at its limit" if step.timed_out else "the call failed",
        }
        data = {
            "id": step.id,
            "function": step.name,
            "arguments": step.arguments,
            "result": step.result,
            "error": None if step.is_ok else error,
            "failed": not step.is_ok,
            "completed": self.clock(step.ended_s),
            "working_time": step.ended_s - step.began_s,
        }
        return self.told(step.began_s, "tool", data)

    def _info(self, step: Noted) -> JsonObject:
        return self.told(step.at_s, "info", {"source": step.kind, "data": step.data})


def model_output(step: Answered, message: JsonObject | None) -> JsonObject:
    """Return what a model said, with what it took."""
    if step.reply is None:
        return {"model": step.model, "choices": [], "completion": "", "error": step.error}
    reply = step.reply
    stop = _STOPS.get(text_of(reply.get("stop")), "unknown")
    return {
        "model": step.model,
        "choices": [{"message": message or assistant(step), "stop_reason": stop}],
        "completion": text_of(reply.get("text")),
        "usage": model_use(object_of(reply.get("use")), number_of(reply.get("cost_usd"))),
        "time": number_of(reply.get("duration_s")),
    }
