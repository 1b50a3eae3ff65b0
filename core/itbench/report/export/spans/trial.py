"""Turns the events of one trial into spans, each as soon as its operation has ended.

Names are those of the OpenTelemetry semantic conventions for generative AI, which are in development; what they have no name for begins
with `itbench.`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from itbench.interfaces.events import EventKind
from itbench.interfaces.record import TrialKey
from itbench.interfaces.score import printable
from itbench.interfaces.trace import TraceEvent
from itbench.report.export.spans.content import (
    FINISH,
    input_messages,
    json_of,
    output_messages,
    system_instructions,
)
from itbench.report.export.spans.facts import Ending, RunFacts, conversation_of, split_model
from itbench.report.export.spans.span import NANOSECONDS, Attribute, Moment, Span, span_id_of, trace_id_of
from itbench.report.export.steps.reader import StepReader
from itbench.report.export.steps.step import Answered, Called, Noted, Step
from itbench.report.transcript.fields import number_of, object_of, text_of

# As many as a span may have by default in OpenTelemetry.
_MOST_MOMENTS = 128
_USAGE = {
    "input_tokens": "gen_ai.usage.input_tokens",
    "cached_tokens": "gen_ai.usage.cache_read.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "reasoning_tokens": "gen_ai.usage.reasoning.output_tokens",
}
_LEFT_OUT = frozenset({EventKind.TURN, EventKind.USAGE})


class TrialSpans:
    """The spans of one trial.

    Args:
        facts: of its run.
        key: which trial.
        began_ns: when it began, in nanoseconds since 1970.
        has_content: whether what was said, called and printed is told, and not only that it was.
    """

    def __init__(self, facts: RunFacts, key: TrialKey, began_ns: int, *, has_content: bool) -> None:
        self._facts, self._key, self._began_ns = facts, key, began_ns
        self._has_content = has_content
        self._trace_id = trace_id_of(facts.run, key.task, key.repeat, key.attempt)
        self._root = span_id_of(self._trace_id, 0)
        self._count = 0
        self._steps = StepReader()
        self._moments: list[Moment] = []

    def read(self, event: TraceEvent) -> Iterator[Span]:
        """Yield the spans that an event ends."""
        for step in self._steps.read(event):
            yield from self._span(step)

    def end(self, ending: Ending) -> Iterator[Span]:
        """Yield what is left, and last the span of the trial as a whole."""
        for step in self._steps.end():
            yield from self._span(step)
        yield self._whole(ending)

    def _span(self, step: Step) -> Iterator[Span]:
        if isinstance(step, Answered):
            yield self._child(self._chat(step), step, step.error or None, is_client=True)
        elif isinstance(step, Called):
            error = None if step.is_ok else "the call failed"
            yield self._child(self._tool(step), step, error, is_client=False)
        elif isinstance(step, Noted) and step.kind not in _LEFT_OUT and len(self._moments) < _MOST_MOMENTS:
            data: dict[str, Attribute] = {"itbench.data": json_of(step.data)} if self._has_content else {}
            name = f"itbench.{printable(step.kind)}"
            self._moments.append(Moment(name=name, at_ns=self._at(step.at_s), attributes=data))

    def _child(
        self, attributes: dict[str, Attribute], step: Answered | Called, error: str | None, *, is_client: bool
    ) -> Span:
        self._count += 1
        subject = attributes.get("gen_ai.tool.name", attributes.get("gen_ai.request.model", ""))
        return Span(
            trace_id=self._trace_id,
            span_id=span_id_of(self._trace_id, self._count),
            parent_id=self._root,
            name=f"{attributes['gen_ai.operation.name']} {subject}",
            is_client=is_client,
            began_ns=self._at(step.began_s),
            ended_ns=self._at(step.ended_s),
            attributes=attributes | {"gen_ai.conversation.id": conversation_of(self._facts.run, self._key)},
            error=error,
        )

    def _chat(self, step: Answered) -> dict[str, Attribute]:
        provider, model = split_model(printable(step.model))
        found: dict[str, Attribute] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": provider or self._facts.provider,
            "gen_ai.request.model": model,
            "gen_ai.agent.name": self._facts.agent,
        }
        if step.role is not None:
            found["itbench.role"] = printable(step.role)
        reply = step.reply
        if reply is not None:
            stop = FINISH.get(text_of(reply.get("stop")), "unknown")
            found |= {"gen_ai.response.model": model, "gen_ai.response.finish_reasons": [stop]}
            found |= _usage(object_of(reply.get("use")), number_of(reply.get("cost_usd")))
        else:
            found["error.type"] = "request_failed"
        if self._has_content and step.role is None:
            found["gen_ai.input.messages"] = input_messages(step.request)
            system = system_instructions(step.request)
            found |= {} if system is None else {"gen_ai.system_instructions": system}
            found |= {} if reply is None else {"gen_ai.output.messages": output_messages(reply)}
        return found

    def _tool(self, step: Called) -> dict[str, Attribute]:
        found: dict[str, Attribute] = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": printable(step.name),
            "gen_ai.tool.type": "function",
            "gen_ai.agent.name": self._facts.agent,
        }
        if step.is_asked:
            found["gen_ai.tool.call.id"] = printable(step.id)
        if not step.is_ok:
            found["error.type"] = "timeout" if step.timed_out else "tool_error"
        if self._has_content:
            found["gen_ai.tool.call.arguments"] = json_of(step.arguments)
            found["gen_ai.tool.call.result"] = printable(step.result)
        return found

    def _whole(self, ending: Ending) -> Span:
        facts, key = self._facts, self._key
        found: dict[str, Attribute] = {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.provider.name": facts.provider,
            "gen_ai.agent.name": facts.agent,
            "gen_ai.conversation.id": conversation_of(facts.run, key),
            "itbench.run": facts.run,
            "itbench.task": key.task,
            "itbench.repeat": key.repeat,
            "itbench.attempt": key.attempt,
        }
        found |= facts.attributes
        if facts.model is not None:
            found["gen_ai.request.model"] = facts.model
        found |= _usage(ending.usage, ending.usage.get("cost_usd"))
        found |= _results(ending)
        if ending.fault is not None:
            found["error.type"] = ending.fault[0]
        return Span(
            trace_id=self._trace_id,
            span_id=self._root,
            parent_id=None,
            name=f"invoke_agent {facts.agent}",
            is_client=False,
            began_ns=self._began_ns,
            ended_ns=self._at(ending.wall_s),
            attributes=found,
            error=None if ending.fault is None else printable(": ".join(ending.fault)),
            moments=(*self._moments, *self._evaluation(ending)),
        )

    def _evaluation(self, ending: Ending) -> Iterator[Moment]:
        if ending.value is None:
            return
        told: dict[str, Attribute] = {
            "gen_ai.evaluation.name": "score",
            "gen_ai.evaluation.score.value": ending.value,
            "gen_ai.evaluation.explanation": printable("\n".join(ending.reasons)),
        }
        yield Moment(name="gen_ai.evaluation.result", at_ns=self._at(ending.wall_s), attributes=told)

    def _at(self, at_s: float) -> int:
        return self._began_ns + round(at_s * NANOSECONDS)


def _usage(use: Mapping[str, Any], cost_usd: float | None) -> dict[str, Attribute]:
    amounts = {name: number_of(use.get(column)) for column, name in _USAGE.items()}
    found: dict[str, Attribute] = {
        name: int(amount) for name, amount in amounts.items() if amount is not None
    }
    return found if cost_usd is None else found | {"itbench.cost_usd": cost_usd}


def _results(ending: Ending) -> dict[str, Attribute]:
    found: dict[str, str | float | None] = {
        "itbench.status": ending.status,
        "itbench.score": ending.value,
        "itbench.limit_hit": ending.limit_hit,
    }
    found |= {f"itbench.metric.{name}": value for name, value in ending.metrics.items()}
    return {name: value for name, value in found.items() if value is not None}
