"""The plugin that sends traces; it does nothing unless the environment asks for it, and imports nothing heavy before."""

import asyncio
import os
import sys
import time
from datetime import datetime
from pathlib import Path

from itbench.errors import UsageError
from itbench.interfaces.hooks import hookimpl
from itbench.interfaces.plan import Plan
from itbench.interfaces.record import TrialKey, TrialRecord
from itbench.interfaces.trace import TAKEN, TraceEvent
from itbench.live_traces.sender import Sender
from itbench.report.export.spans.facts import Ending, RunFacts
from itbench.report.export.spans.span import NANOSECONDS
from itbench.report.export.spans.trial import TrialSpans

VARIABLE = "ITBENCH_OTEL"
"""Set to 1, it turns the plugin on."""
ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
CONTENT_VARIABLE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
# How long the end of a run waits for what is not sent yet.
_LAST_S = 5.0


class LiveTraces:
    """Makes spans of what happens, and hands them to a sender that never waits for the collector."""

    def __init__(self) -> None:
        self._sender: Sender | None = None
        self._facts: RunFacts | None = None
        self._has_content = False
        self._trials: dict[TrialKey, TrialSpans] = {}

    @hookimpl
    def run_started(self, plan: Plan) -> None:
        """Get ready, where it is asked for.

        Raises:
            UsageError: no collector is named, or the packages are not installed.
        """
        if os.environ.get(VARIABLE, "") in ("", "0"):
            return
        if not any(os.environ.get(name) for name in ENDPOINTS):
            raise UsageError(f"{VARIABLE} is set, but no collector is: set {ENDPOINTS[0]}")
        from itbench.live_traces.exporter import otlp_exporter

        content = os.environ.get(CONTENT_VARIABLE, "").lower()
        self._has_content = content in ("true", "span_only", "span_and_event")
        self._facts = RunFacts.of(plan.model_dump(mode="json"))
        self._sender = Sender(otlp_exporter())

    @hookimpl
    def trace_event(self, key: TrialKey, event: TraceEvent) -> None:
        """Send the spans that an event ends."""
        if self._sender is None or self._facts is None:
            return
        if key not in self._trials:
            began_ns = time.time_ns() - round(event.at_s * NANOSECONDS)
            self._trials[key] = self._spans(self._facts, key, began_ns)
        for span in self._trials[key].read(event):
            self._sender.put(span)

    @hookimpl
    def trial_finished(self, record: TrialRecord) -> None:
        """Send the span of a trial as a whole."""
        if self._sender is None or self._facts is None:
            return
        trial = self._trials.pop(record.key, None)
        if trial is None:
            began_s = datetime.fromisoformat(record.started_at).timestamp()
            trial = self._spans(self._facts, record.key, round(began_s * NANOSECONDS))
        for span in trial.end(_ending(record)):
            self._sender.put(span)

    @hookimpl
    async def run_finished(self, path: Path) -> None:
        """Send what is left, for a few seconds at most, and tell what was not delivered."""
        sender, self._sender = self._sender, None
        self._trials.clear()
        if sender is None:
            return
        delivered, lost = await asyncio.to_thread(sender.close, _LAST_S)
        if lost:
            total = delivered + lost
            sys.stderr.write(
                f"warning: {lost} of {total} spans were not delivered to the collector of OpenTelemetry; "
                f"`itbench export {path} --to otlp` writes all of them to a file\n"
            )

    def _spans(self, facts: RunFacts, key: TrialKey, began_ns: int) -> TrialSpans:
        return TrialSpans(facts, key, began_ns, has_content=self._has_content)


def _ending(record: TrialRecord) -> Ending:
    scoring = record.scoring
    score = scoring.score if scoring is not None else None
    fault = record.fault or (scoring.fault if scoring is not None else None)
    return Ending(
        wall_s=record.wall_s,
        status="leak" if scoring is not None and scoring.is_leak else None,
        value=record.value,
        reasons=score.reasons if score is not None else (),
        metrics=score.metrics if score is not None else {},
        fault=None if fault is None else (str(fault.stage), fault.message),
        limit_hit=record.limit,
        usage={name: record.usage.total(name) for name in TAKEN},
    )


PLUGIN = LiveTraces()
"""What the entry point names."""
