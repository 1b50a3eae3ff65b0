"""The steps of a trajectory: prompts, replies with their calls and what came of them, and what the world told."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from itbench.interfaces.events import EventKind
from itbench.interfaces.json import JsonObject
from itbench.report.export.atif.parts import metrics_of, present, result_of, tool_call, tool_calls
from itbench.report.export.steps.step import Answered, Asked, Called, Noted, Step
from itbench.report.transcript.fields import compact_text, object_of, objects_of, text_of, thoughts_of

# Neither said by anybody nor done to the world; times and waits are in the run file.
_LEFT_OUT = frozenset(
    {
        EventKind.AGENT,
        EventKind.TURN,
        EventKind.WAITING,
        EventKind.MODEL_CHECK,
        EventKind.NETWORK,
        EventKind.OBSERVED,
        EventKind.END,
    }
)
_SOURCES = MappingProxyType({"system": "system", "user": "user", "assistant": "agent"})


class Steps:
    """Makes the steps of one trajectory from those of a trial.

    Args:
        started: when the trial began.
    """

    def __init__(self, started: datetime) -> None:
        self._started = started
        self._steps: list[JsonObject] = []
        self._calling: dict[str, JsonObject] = {}
        self._printed: list[str] = []
        self._first_s: float | None = None
        self._has_program = False
        self._readers: dict[type[Step], Callable[[Any], None]] = {
            Asked: self._asked,
            Answered: self._answered,
            Called: self._called,
            Noted: self._noted,
        }

    def take(self, step: Step) -> None:
        """Take the next step of the trial."""
        self._readers[type(step)](step)

    def finished(self, instructions: str, wall_s: float) -> list[JsonObject]:
        """Return all steps, numbered; the task's instructions come first where no prompt was recorded."""
        if self._printed and not self._has_program:
            self._add("system", wall_s, "".join(self._printed), extra={"kind": EventKind.OUTPUT})
        if all(step["source"] != "user" for step in self._steps):
            self._add("user", 0.0, instructions)
            self._steps.insert(0, self._steps.pop())
        return [{"step_id": number} | step for number, step in enumerate(self._steps, 1)]

    def _add(self, source: str, at_s: float, message: str, **more: Any) -> JsonObject:
        time = (self._started + timedelta(seconds=at_s)).isoformat()
        step = {"timestamp": time, "source": source, "message": message} | present(more)
        self._steps.append(step)
        return step

    def _asked(self, asked: Asked) -> None:
        if "role" in asked.data:
            return  # The conversation of a model in a role is the environment's own.
        self._begin(asked.at_s)
        if asked.data.get("system"):
            self._add("system", asked.at_s, text_of(asked.data["system"]))
        copied: dict[str, JsonObject] = {}
        for message in objects_of(asked.data.get("messages")):
            self._message(asked.at_s, message, copied)
        if asked.data.get("left_out"):
            text = f"{text_of(asked.data['left_out'])} messages of this request were not kept"
            self._add("system", asked.at_s, text, extra={"kind": "left_out"})

    def _message(self, at_s: float, message: JsonObject, copied: dict[str, JsonObject]) -> None:
        role, text = message.get("role"), text_of(message.get("text"))
        if role == "user":
            self._add("user", at_s, text)
        elif role == "tool" and text_of(message.get("id")) in copied:
            is_ok = message.get("ok") is not False
            call_id = text_of(message.get("id"))
            _observe(copied.pop(call_id), result_of(call_id, text, is_ok=is_ok))
        elif role == "assistant" and "reply" not in message and len(message) > 1:
            # No reply of this trial: a program tells its model what it is to have said before.
            calls = tool_calls(message)
            step = self._add("agent", at_s, text, tool_calls=calls, is_copied_context=True)
            copied |= dict.fromkeys((call["tool_call_id"] for call in calls), step)

    def _answered(self, answered: Answered) -> None:
        if answered.role is not None:
            return
        request = answered.request.get("number")
        if answered.reply is None:
            self._add(
                "system",
                answered.ended_s,
                f"the request to {answered.model} failed: {answered.error}",
                extra=present({"kind": EventKind.FAILED, "request": request}),
            )
            return
        reply, calls = answered.reply, tool_calls(answered.reply)
        step = self._add(
            "agent",
            answered.ended_s,
            text_of(reply.get("text")),
            model_name=text_of(reply.get("model")),
            reasoning_content=thoughts_of(reply.get("native")),
            tool_calls=calls,
            metrics=metrics_of(object_of(reply.get("use")), reply.get("cost_usd")),
            llm_call_count=1,
            extra=_beside(answered),
        )
        self._calling |= dict.fromkeys((call["tool_call_id"] for call in calls), step)

    def _called(self, called: Called) -> None:
        step = self._calling.pop(called.id, None) if called.is_asked else None
        took_s = round(called.ended_s - called.began_s, 6)
        result = result_of(
            called.id, called.result, is_ok=called.is_ok, timed_out=called.timed_out, duration_s=took_s
        )
        if step is None:
            calls = [tool_call(called.id, called.name, called.arguments)]
            step = self._add("agent", called.ended_s, "", tool_calls=calls, llm_call_count=0)
            # A program that began before all else is the agent: what it printed is what came of it.
            self._has_program |= self._first_s is None or called.began_s <= self._first_s
        _observe(step, result)

    def _noted(self, noted: Noted) -> None:
        kind, data = noted.kind, noted.data
        if kind not in {EventKind.TURN, EventKind.AGENT}:
            self._begin(noted.at_s)
        if kind == EventKind.OUTPUT:
            self._printed.append(text_of(data.get("text")))
        elif kind == EventKind.USAGE:
            self._used(noted)
        elif kind == EventKind.MESSAGE:
            self._said(noted)
        elif kind not in _LEFT_OUT:
            is_of_the_agent = kind == EventKind.NOTE
            message = text_of(data.get("about")) or compact_text(data.get("message")) or kind
            more = {name: value for name, value in data.items() if name not in {"about", "message"}}
            self._add(
                "agent" if is_of_the_agent else "system",
                noted.at_s,
                message,
                llm_call_count=0 if is_of_the_agent else None,
                extra=present({"kind": kind, "data": more or None}),
            )

    def _said(self, noted: Noted) -> None:
        content, role = noted.data.get("content"), text_of(noted.data.get("role"))
        found = object_of(content)
        source = _SOURCES.get(role, "system")
        calls = tool_calls(found) if source == "agent" else []
        text = text_of(found["text"]) if "text" in found else text_of(content)
        extra = {} if role in _SOURCES else {"role": role}
        step = self._add(source, noted.at_s, text, tool_calls=calls, extra=extra)
        self._calling |= dict.fromkeys((call["tool_call_id"] for call in calls), step)

    def _used(self, noted: Noted) -> None:
        """Take what a reply took that is not recorded itself: its message came just before, where the agent noted it."""
        if "role" in noted.data:
            return
        metrics = metrics_of(noted.data, noted.data.get("cost_usd"))
        last = self._steps[-1] if self._steps else {}
        if last.get("source") != "agent" or "llm_call_count" in last or "is_copied_context" in last:
            last = self._add("agent", noted.at_s, "")
        last["llm_call_count"] = 1
        if metrics is not None:
            last["metrics"] = metrics

    def _begin(self, at_s: float) -> None:
        if self._first_s is None:
            self._first_s = at_s


def _observe(step: JsonObject, result: JsonObject) -> None:
    step.setdefault("observation", {"results": []})["results"].append(result)


def _beside(answered: Answered) -> Mapping[str, Any]:
    """Return what ATIF has no field for."""
    reply, request = answered.reply or {}, answered.request
    return present(
        {
            "request": reply.get("request"),
            "continues": request.get("after"),
            "stop": reply.get("stop"),
            "duration_s": reply.get("duration_s"),
            "from_cache": reply.get("from_cache") or None,
            "failures": reply.get("failures") or None,
        }
    )
