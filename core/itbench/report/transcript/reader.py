"""Reads the events of a trial one by one and yields what a reader sees; of a long trial only what is open is held.

Fields are those of docs/reference/trace-events.md, of any version; what is not known is shown as it is.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from itbench.interfaces.events import EventKind
from itbench.interfaces.json import JsonObject, JsonValue
from itbench.report.table import dollars, seconds
from itbench.report.transcript.block import Block, BlockKind
from itbench.report.transcript.calls import Calls, OpenCall
from itbench.report.transcript.fields import (
    arguments_text,
    compact_text,
    is_execution,
    number_of,
    object_of,
    objects_of,
    result_text,
    taken_text,
    text_of,
    thoughts_of,
)
from itbench.report.transcript.simple import SIMPLE


def blocks(events: Iterable[Mapping[str, Any] | sqlite3.Row]) -> Iterator[Block]:
    """Yield the blocks of a trial from its events, each with at_s, kind and data as JSON text."""
    reader = _Reader()
    for event in events:
        yield from reader.read(event["at_s"], event["kind"], json.loads(event["data"]))
    yield from reader.end()


class _Reader:
    """What has to be remembered of the events before."""

    def __init__(self) -> None:
        self._at_s = 0.0
        self._calls = Calls()
        self._request: JsonValue = None
        self._has_reply = False
        self._tokens = 0.0
        self._cost_usd = 0.0
        self._first_s: float | None = None
        self._printed = ""
        self._readers: dict[str, Callable[[JsonObject], Iterator[Block]]] = {
            EventKind.TURN: self._turn,
            EventKind.REQUEST: self._asked,
            EventKind.REPLY: self._replied,
            EventKind.USAGE: self._used,
            EventKind.TOOL: self._tool,
            EventKind.OUTPUT: self._output,
        }

    def read(self, at_s: float, kind: str, data: JsonValue) -> Iterator[Block]:
        """Yield what an event tells."""
        self._at_s = at_s
        reader = self._readers.get(kind)
        if isinstance(data, dict) and reader is not None:
            yield from reader(data)
        elif isinstance(data, dict) and kind in SIMPLE:
            yield SIMPLE[kind](at_s, data)
        else:
            yield Block(at_s=at_s, kind=BlockKind.NOTE, title=kind, body=compact_text(data))
        if kind != EventKind.TOOL and self._first_s is None:
            self._first_s = at_s

    def end(self) -> Iterator[Block]:
        """Yield the calls of which no result was seen."""
        yield from self._without_results()

    def _block(self, kind: BlockKind, title: str = "", body: str = "", *, is_ok: bool = True) -> Block:
        return Block(at_s=self._at_s, kind=kind, title=title, body=body, is_ok=is_ok)

    def _turn(self, data: JsonObject) -> Iterator[Block]:
        so_far = f", {self._tokens:,.0f} tokens and {dollars(self._cost_usd)} so far" if self._tokens else ""
        title = f"turn {text_of(data.get('number'))}, {seconds(self._at_s)}{so_far}"
        yield self._block(BlockKind.TURN, title)

    def _asked(self, data: JsonObject) -> Iterator[Block]:
        if "role" in data:
            return  # The conversation of a model in a role is the environment's own; its replies are shown.
        messages = objects_of(data.get("messages"))
        yield from self._told_results(messages)
        yield from self._without_results()
        before, after = self._request, data.get("after")
        self._request = data.get("number")
        if before is not None and after != before and self._request is not None:
            where = "begins a new conversation" if after is None else f"continues request {text_of(after)}"
            yield self._block(BlockKind.NOTE, f"request {text_of(self._request)} {where}")
        if data.get("system"):
            yield self._block(BlockKind.SYSTEM, "system prompt", text_of(data["system"]))
        for message in messages:
            yield from self._message(message)
        if data.get("left_out"):
            yield self._block(BlockKind.NOTE, f"{text_of(data['left_out'])} messages were not kept")

    def _told_results(self, messages: list[JsonObject]) -> Iterator[Block]:
        for message in messages:
            if message.get("role") != "tool":
                continue
            is_new, call = self._calls.ended_by_result(text_of(message.get("id")))
            if not is_new:
                continue
            if call is not None:
                yield self._call(call)
            is_ok = message.get("ok") is not False
            text = result_text(message.get("text"))
            yield self._block(BlockKind.RESULT, "result" if is_ok else "failed", text, is_ok=is_ok)

    def _message(self, message: JsonObject) -> Iterator[Block]:
        role = message.get("role")
        if role == "user":
            yield self._block(BlockKind.USER, "user", text_of(message.get("text")))
        elif role == "assistant" and "reply" not in message and len(message) > 1:
            yield self._block(BlockKind.MODEL, "model, as the agent tells it", text_of(message.get("text")))
            for call in objects_of(message.get("calls")):
                yield self._call(_open_call(call))

    def _replied(self, data: JsonObject) -> Iterator[Block]:
        use = object_of(data.get("use"))
        more = list(self._beside(data))
        taken = taken_text(use, data.get("cost_usd"), data.get("duration_s"))
        thoughts = thoughts_of(data.get("native"))
        if thoughts:
            yield self._block(BlockKind.THINKING, "thinking", thoughts)
        title = f"{text_of(data.get('model')) or 'model'}: {', '.join([taken, *more])}"
        yield self._block(BlockKind.MODEL, title, text_of(data.get("text")))
        if "role" in data:
            return
        self._has_reply = True
        for each in objects_of(data.get("calls")):
            given_up = self._calls.ask(_open_call(each))
            if given_up is not None:
                yield self._call(given_up)

    def _beside(self, data: JsonObject) -> Iterator[str]:
        """Yield what is odd about a reply."""
        stop, number = text_of(data.get("stop")), data.get("request")
        if stop in {"length", "refusal"}:
            yield f"stopped: {stop}"
        if data.get("from_cache"):
            yield "from the cache"
        if "role" in data:
            yield f"role {text_of(data['role'])}"
        elif number is not None and number != self._request:
            yield f"request {text_of(number)}"

    def _used(self, data: JsonObject) -> Iterator[Block]:
        told, self._has_reply = self._has_reply, False
        if "role" in data:
            self._has_reply = told
            return
        self._tokens += (number_of(data.get("input_tokens")) or 0) + (
            number_of(data.get("output_tokens")) or 0
        )
        self._cost_usd += number_of(data.get("cost_usd")) or 0
        if not told:
            yield self._block(BlockKind.NOTE, f"used: {taken_text(data, data.get('cost_usd'))}")

    def _tool(self, data: JsonObject) -> Iterator[Block]:
        name, arguments, output = text_of(data.get("name")), data.get("arguments"), data.get("output")
        self._calls.ended_by_event(name, arguments)
        is_ok, took_s = data.get("ok") is not False, number_of(data.get("duration_s"))
        began_s = self._at_s - (took_s or 0.0)
        yield self._block(BlockKind.CALL, name, arguments_text(arguments))
        title = _ending(output, is_ok=is_ok, took_s=took_s)
        if self._first_s is not None and began_s < self._first_s and is_execution(output):
            # The program that is the agent: it began before all else, and what it printed has been told as it came.
            yield self._block(BlockKind.RESULT, f"the program ended: {title}", is_ok=is_ok)
            return
        text = result_text(output)
        self._printed = text
        yield self._block(BlockKind.RESULT, title, text, is_ok=is_ok)

    def _output(self, data: JsonObject) -> Iterator[Block]:
        text = text_of(data.get("text"))
        # What the call before has shown is told a second time at the end of a program.
        if text.strip() and text.strip() not in self._printed:
            yield self._block(
                BlockKind.PRINTED, f"printed on {text_of(data.get('stream'))}", text.rstrip("\n")
            )
        if data.get("cut_at_bytes"):
            yield self._block(
                BlockKind.NOTE, f"printed more than the {text_of(data['cut_at_bytes'])} bytes that are kept"
            )

    def _without_results(self) -> Iterator[Block]:
        for call in self._calls.leave():
            yield self._call(call)
            yield self._block(BlockKind.RESULT, "no result was recorded")

    def _call(self, call: OpenCall) -> Block:
        return self._block(BlockKind.CALL, call.name, arguments_text(call.arguments))


def _open_call(call: JsonObject) -> OpenCall:
    return OpenCall(text_of(call.get("id")), text_of(call.get("name")), call.get("arguments"))


def _ending(output: JsonValue, *, is_ok: bool, took_s: float | None) -> str:
    ending = "ok" if is_ok else "failed"
    if is_execution(output):
        code = object_of(output).get("exit_code")
        ending = "timed out" if object_of(output).get("timed_out") else f"exit code {text_of(code)}"
    return ending if took_s is None else f"{ending}, {seconds(took_s)}"
