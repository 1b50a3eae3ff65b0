"""Reads the events of a trial one by one and yields its steps; of a long trial only what is open is held."""

from collections.abc import Callable, Iterable, Iterator

from itbench.interfaces.events import EventKind
from itbench.interfaces.json import JsonObject, JsonValue
from itbench.interfaces.trace import TraceEvent
from itbench.report.export.steps.arguments import arguments_of
from itbench.report.export.steps.clean import parsed
from itbench.report.export.steps.step import Answered, Asked, Called, Noted, Step
from itbench.report.transcript.calls import Calls, OpenCall
from itbench.report.transcript.fields import (
    is_execution,
    number_of,
    object_of,
    objects_of,
    result_text,
    text_of,
)

# A program may begin any number of requests that never end.
_MOST_REQUESTS = 1_000


def steps(events: Iterable[TraceEvent]) -> Iterator[Step]:
    """Yield the steps of a whole trial."""
    reader = StepReader()
    for event in events:
        yield from reader.read(event)
    yield from reader.end()


class StepReader:
    """What has to be remembered of the events before."""

    def __init__(self) -> None:
        self._at_s = 0.0
        self._calls = Calls()
        self._asked_at: dict[str, float] = {}
        self._requests: dict[str, Asked] = {}
        self._made_up = 0
        self._has_reply = False
        self._readers: dict[str, Callable[[JsonObject], Iterator[Step]]] = {
            EventKind.REQUEST: self._request,
            EventKind.REPLY: self._reply,
            EventKind.FAILED: self._failed,
            EventKind.TOO_LONG: self._failed,
            EventKind.TOOL: self._tool,
            EventKind.USAGE: self._usage,
        }

    def read(self, event: TraceEvent) -> Iterator[Step]:
        """Yield the steps that an event ends or is."""
        self._at_s = event.at_s
        data = parsed(event.data)
        reader = self._readers.get(event.kind)
        if reader is None:
            yield Noted(at_s=event.at_s, kind=event.kind, data=data)
        else:
            yield from reader(data)

    def end(self) -> Iterator[Step]:
        """Yield the requests and calls that never ended."""
        for asked in self._requests.values():
            yield Answered(
                began_s=asked.at_s, ended_s=self._at_s, request=asked.data, error="no reply was recorded"
            )
        yield from self._without_results()

    def _request(self, data: JsonObject) -> Iterator[Step]:
        asked = Asked(at_s=self._at_s, data=data)
        if "role" not in data:
            yield from self._told_results(data)
            yield from self._without_results()
        self._requests[text_of(data.get("number"))] = asked
        if len(self._requests) > _MOST_REQUESTS:
            del self._requests[next(iter(self._requests))]
        yield asked

    def _reply(self, data: JsonObject) -> Iterator[Step]:
        yield self._answered(data, reply=data)
        if "role" in data:
            return
        self._has_reply = True
        for call in objects_of(data.get("calls")):
            # Clean, as those of the event that tells what came of the call are.
            arguments = arguments_of(call.get("arguments"))
            opened = OpenCall(text_of(call.get("id")), text_of(call.get("name")), arguments)
            self._asked_at[opened.id] = self._at_s
            given_up = self._calls.ask(opened)
            if given_up is not None:
                yield self._called(given_up, "", is_ok=False)

    def _failed(self, data: JsonObject) -> Iterator[Step]:
        yield self._answered(data, error=text_of(data.get("message")) or "the request failed")

    def _answered(self, data: JsonObject, reply: JsonObject | None = None, error: str = "") -> Answered:
        asked = self._requests.pop(text_of(data.get("request")), None)
        took_s = number_of(data.get("duration_s")) or 0.0
        return Answered(
            began_s=max(self._at_s - took_s, 0.0) if asked is None else asked.at_s,
            ended_s=self._at_s,
            request={"model": data.get("model")} if asked is None else asked.data,
            reply=reply,
            error=error,
        )

    def _usage(self, data: JsonObject) -> Iterator[Step]:
        told = self._has_reply or "role" in data
        self._has_reply = False
        if not told:
            yield Noted(at_s=self._at_s, kind=EventKind.USAGE, data=data)

    def _tool(self, data: JsonObject) -> Iterator[Step]:
        name, arguments, output = text_of(data.get("name")), data.get("arguments"), data.get("output")
        call = self._calls.ended_by_event(name, arguments)
        took_s = number_of(data.get("duration_s")) or 0.0
        self._made_up += 1
        if call is not None:
            self._asked_at.pop(call.id, None)
        yield Called(
            began_s=max(self._at_s - took_s, 0.0),
            ended_s=self._at_s,
            id=f"itbench-{self._made_up}" if call is None else call.id,
            is_asked=call is not None,
            name=name if call is None else call.name,
            arguments=arguments_of(arguments if call is None else call.arguments),
            result=_result(output),
            is_ok=data.get("ok") is not False,
            timed_out=is_execution(output) and object_of(output).get("timed_out") is True,
        )

    def _told_results(self, data: JsonObject) -> Iterator[Step]:
        for message in objects_of(data.get("messages")):
            if message.get("role") != "tool":
                continue
            _, call = self._calls.ended_by_result(text_of(message.get("id")))
            if call is not None:
                is_ok = message.get("ok") is not False
                yield self._called(call, text_of(message.get("text")), is_ok=is_ok)

    def _without_results(self) -> Iterator[Step]:
        for call in self._calls.leave():
            yield self._called(call, "no result was recorded", is_ok=False)

    def _called(self, call: OpenCall, result: str, *, is_ok: bool) -> Called:
        return Called(
            began_s=self._asked_at.pop(call.id, self._at_s),
            ended_s=self._at_s,
            id=call.id,
            is_asked=True,
            name=call.name,
            arguments=arguments_of(call.arguments),
            result=result,
            is_ok=is_ok,
        )


def _result(output: JsonValue) -> str:
    return result_text(output) if is_execution(output) else text_of(output)
