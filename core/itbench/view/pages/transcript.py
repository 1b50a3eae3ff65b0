"""What happened in a trial, event by event, as a reader wants to see it."""

import json
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from itbench.interfaces.events import EventKind
from itbench.interfaces.json import JsonObject
from itbench.view.data.pieces import pointer
from itbench.view.data.requests import ToldMessage
from itbench.view.data.trace import Event
from itbench.view.pages.body import Body, body_of
from itbench.view.pages.words import cost_text, time_text, tokens_text

_SHORT = 120


@dataclass(slots=True, kw_only=True)
class Shown:
    """One event as it is shown.

    Attributes:
        position: in the trace.
        at_s: seconds since the trial began.
        kind: of the event; decides how it looks.
        title: in one line.
        note: beside the title: what it took.
        tone: `bad`, `warning`, `muted` or nothing.
        is_open: whether it is shown at once; one that is not has its bodies folded away.
        bodies: texts of it.
        parts: what it is made of, such as messages and calls.
        request: whether it is a request of which all messages can be asked for.
    """

    position: int
    at_s: float
    kind: str
    title: str
    note: str = ""
    tone: str = ""
    is_open: bool = False
    bodies: list[Body] = field(default_factory=list)
    parts: list["Part"] = field(default_factory=list)
    request: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of an event.

    Attributes:
        role: who says it, or `call`.
        title: beside the role.
        bodies: texts of it.
        tone: of the part.
    """

    role: str
    title: str = ""
    bodies: Sequence[Body] = ()
    tone: str = ""


class Transcript:
    """Shows the events of one trial.

    Args:
        parameters: of the addresses of the trial: its run and its number.
    """

    def __init__(self, parameters: Mapping[str, str]) -> None:
        self._parameters = parameters
        self._makers: Mapping[str, Callable[[Shown, JsonObject], None]] = {
            EventKind.TURN: self._turn,
            EventKind.REQUEST: self._request,
            EventKind.REPLY: self._reply,
            EventKind.TOOL: self._tool,
            EventKind.MESSAGE: self._message,
            EventKind.USAGE: self._usage,
            EventKind.OUTPUT: self._output,
            EventKind.WAITING: self._waiting,
            EventKind.NOTE: self._note,
        }

    def shown(self, event: Event) -> Shown:
        """Return one event as it is shown."""
        found = Shown(position=event.position, at_s=event.at_s, kind=event.kind, title=event.kind)
        if event.data is None:
            found.bodies.append(self._raw(event))
            found.note = (
                "too large to be taken apart" if event.size > len(event.head) else "not a JSON object"
            )
            found.is_open = True
            return found
        try:
            self._makers.get(event.kind, self._other)(found, event.data)
        except (TypeError, ValueError, KeyError, AttributeError, RecursionError):
            # Fields of other types than those that itbench writes, or nested too deep: all of it as it is.
            found.title, found.parts = event.kind, []
            found.bodies = [self._body(found, event.data)]
        return found

    def message_parts(self, messages: Sequence[ToldMessage]) -> Iterator[Part]:
        """Yield the parts of the messages of a request."""
        for message in messages:
            place = Shown(position=message.position, at_s=0, kind="", title="")
            yield self._message_part(place, message.data, *message.keys)

    def _raw(self, event: Event) -> Body:
        body = body_of(event.head, parameters=self._of(event.position, ""))
        is_cut = self._parameters and event.size > len(body.text)
        return replace(
            body, size=event.size, page="piece" if is_cut else "", parameters=self._of(event.position, "")
        )

    def _of(self, position: int, path: str) -> dict[str, str]:
        return {**self._parameters, "part": str(position), "path": path}

    def _body(self, place: Shown, value: Any, *keys: str | int, **more: Any) -> Body:
        body = body_of(value, parameters=self._of(place.position, pointer(*keys)), **more)
        # Of a trial under way nothing can be asked for by its number.
        return body if self._parameters else replace(body, page="")

    def _turn(self, found: Shown, data: JsonObject) -> None:
        found.title = f"Turn {data['number']}"

    def _request(self, found: Shown, data: JsonObject) -> None:
        messages = [each for each in data.get("messages") or [] if isinstance(each, dict)]
        number = data.get("number")
        found.title = f"Request{'' if number is None else f' {number}'}"
        left_out = f", {data['left_out']} not kept" if data.get("left_out") else ""
        role = f"role {data['role']}, " if data.get("role") else ""
        found.note = f"{role}{data.get('model', '')}, {len(messages)} new messages{left_out}"
        found.request = number is not None and not role and bool(self._parameters)
        found.tone = "muted"
        if data.get("system"):
            found.parts.append(Part(role="system", bodies=[self._body(found, data["system"], "system")]))
        found.parts += [self._message_part(found, each, "messages", at) for at, each in enumerate(messages)]

    def _message_part(self, place: Shown, message: JsonObject, *keys: str | int) -> Part:
        role = str(message.get("role", "?"))
        if "reply" in message:
            return Part(role=role, title=f"the reply to request {message['reply']}")
        said = [key for key in ("text", "content") if message.get(key)]
        bodies = [self._body(place, message[key], *keys, key, is_code=role == "tool") for key in said]
        calls = enumerate(message.get("calls") or [])
        bodies += [self._body(place, call, *keys, "calls", at, label="call") for at, call in calls]
        is_bad = message.get("ok") is False
        return Part(role=role, title="failed" if is_bad else "", bodies=bodies, tone="bad" if is_bad else "")

    def _reply(self, found: Shown, data: JsonObject) -> None:
        found.title = f"Reply{' of role ' + str(data['role']) if data.get('role') else ''}"
        use = data.get("use") or {}
        taken = [use.get("input_tokens"), use.get("output_tokens")]
        tokens = (
            f"{tokens_text(taken[0])} in, {tokens_text(taken[1])} out"
            if None not in taken
            else "tokens unknown"
        )
        cached = f" ({tokens_text(use['cached_tokens'])} cached)" if use.get("cached_tokens") else ""
        stop = "" if data.get("stop") in {None, "end", "tools"} else f", stopped: {data['stop']}"
        kept = ", from the cache" if data.get("from_cache") else ""
        found.note = f"{tokens}{cached}, {cost_text(data.get('cost_usd'))}, {time_text(data.get('duration_s'))}{stop}{kept}"
        found.is_open = True
        if data.get("text"):
            found.bodies.append(self._body(found, data["text"], "text", is_code=False))
        for at, call in enumerate(data.get("calls") or []):
            found.parts.append(self._call(found, call, at))
        for failure in data.get("failures") or []:
            found.parts.append(Part(role="failed before", title=str(failure), tone="warning"))
        if data.get("native") is not None:
            body = self._body(found, data["native"], "native", shown=800)
            found.parts.append(Part(role="native", title="as the provider gave it", bodies=[body]))

    def _call(self, place: Shown, call: JsonObject, at: int) -> Part:
        arguments = call.get("arguments")
        return Part(
            role="call",
            title=str(call.get("name")),
            bodies=[self._body(place, _plain(arguments), "calls", at, "arguments")],
        )

    def _tool(self, found: Shown, data: JsonObject) -> None:
        found.is_open, is_ok = True, bool(data.get("ok"))
        found.tone = "" if is_ok else "bad"
        arguments, output = data.get("arguments"), data.get("output")
        command = arguments.get("command") if isinstance(arguments, dict) else None
        if isinstance(command, list) and all(isinstance(word, str) for word in command):
            command = shlex.join(command)
        found.title = str(data.get("name"))
        found.note = f"{time_text(data.get('duration_s'))}{'' if is_ok else ', failed'}"
        if isinstance(arguments, dict) and command is not None and len(arguments) == 1:
            found.bodies.append(self._body(found, command, "arguments", "command", label="$"))
        else:
            found.bodies.append(self._body(found, arguments, "arguments", label="arguments"))
        if isinstance(output, dict) and "stdout" in output:
            self._execution(found, output)
        elif output not in (None, ""):
            found.bodies.append(self._body(found, output, "output", label="output"))

    def _execution(self, found: Shown, output: JsonObject) -> None:
        code = output.get("exit_code")
        timed_out = ", at its time limit" if output.get("timed_out") else ""
        found.note += f", exit code {code}{timed_out}" if code or timed_out else ""
        for name, tone in (("stdout", ""), ("stderr", "bad")):
            if output.get(name):
                label = "output" if name == "stdout" else "standard error"
                found.bodies.append(self._body(found, output[name], "output", name, label=label, tone=tone))

    def _message(self, found: Shown, data: JsonObject) -> None:
        found.title, found.is_open = str(data.get("role")), True
        content = data.get("content")
        found.bodies.append(self._body(found, content, "content", is_code=not isinstance(content, str)))

    def _usage(self, found: Shown, data: JsonObject) -> None:
        found.title, found.tone = "Usage", "muted"
        known = {name: value for name, value in data.items() if value is not None}
        found.note = (
            ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in known.items()) or "not known"
        )

    def _output(self, found: Shown, data: JsonObject) -> None:
        stream = data.get("stream")
        found.title, found.is_open = f"Program wrote {stream}", True
        found.bodies.append(
            self._body(found, data.get("text"), "text", tone="bad" if stream == "stderr" else "")
        )

    def _waiting(self, found: Shown, data: JsonObject) -> None:
        found.title, found.tone = "Waited for the provider", "warning"
        again = data.get("wait_s")
        found.note = f"{data.get('failure')}; " + (
            "given up" if again is None else f"again after {time_text(again)}"
        )

    def _note(self, found: Shown, data: JsonObject) -> None:
        """Show what a note is about as its title, as in a terminal, and all else that it holds."""
        more = {name: value for name, value in data.items() if name != "about" and value not in (None, "")}
        self._other(found, more)
        found.title = str(data.get("about") or "note")
        found.note = found.note or ("" if data.get("about") else "empty")

    def _other(self, found: Shown, data: JsonObject) -> None:
        found.tone = (
            "bad"
            if found.kind == EventKind.FAILED
            else "warning"
            if found.kind == EventKind.WARNING
            else "muted"
        )
        told = ", ".join(f"{key}: {_brief(value)}" for key, value in data.items())
        if found.kind in {EventKind.FAILED, EventKind.WARNING, EventKind.TOO_LONG} and data.get("message"):
            told = str(data["message"])
        found.note = told if len(told) <= _SHORT else f"{told[:_SHORT]}…"
        if len(told) > _SHORT:
            found.bodies.append(self._body(found, data))


def _brief(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _plain(arguments: Any) -> Any:
    """Return the JSON in the text of a call's arguments, where it is some: a command is easier to read without escapes."""
    if not isinstance(arguments, str):
        return arguments
    try:
        found = json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments
    if isinstance(found, dict) and len(found) == 1 and isinstance(next(iter(found.values())), str):
        return next(iter(found.values()))
    return found
