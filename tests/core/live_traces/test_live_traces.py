"""Traces on their way to a collector, and in files: the same spans, none of a secret, and never at a run's expense."""

import base64
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as OtlpSpan, TracesData

from itbench.live_traces.plugin import CONTENT_VARIABLE, ENDPOINTS, VARIABLE
from itbench.live_traces.sender import Sender
from itbench.report.export.spans.span import Span
from itbench.testing.model_server import Answer, Asked, ModelServer

Itbench = Callable[..., Any]
pytestmark = pytest.mark.slow  # Each test is a whole run with a scripted model.
OPEN = ("--sandbox", "none", "--allow-unsafe")
KEY = "sk-planted-0123456789abcdef"


class Collector:
    """An OTLP/HTTP collector on the loopback that keeps what it is sent."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.url = f"http://127.0.0.1:{server.server_port}"
        self.bodies: list[bytes] = []

    @property
    def spans(self) -> list[OtlpSpan]:
        found = []
        for body in self.bodies:
            request = ExportTraceServiceRequest()
            request.ParseFromString(body)
            found += [
                span
                for resource in request.resource_spans
                for scope in resource.scope_spans
                for span in scope.spans
            ]
        return found


@contextmanager
def collector(*, status: int = 200, wait: threading.Event | None = None) -> Iterator[Collector]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if wait is not None:
                wait.wait(60)
            assert self.path == "/v1/traces"
            found.bodies.append(body)
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found = Collector(server)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        if wait is not None:
            wait.set()
        server.shutdown()
        server.server_close()


def adder(asked: Asked) -> Answer:
    one, other = map(int, re.findall(r"Add (\d+) and (\d+)", asked.texts[0])[0])
    write = ("execute", {"command": f"""echo '{{"sum": {one + other}}}' > answer.json; echo {KEY}; false"""})
    return Answer(calls=[("finish", {}) if asked.turn else write], input_tokens=1000, output_tokens=10)


@pytest.fixture
def work(itbench: Itbench, sums: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return a function that runs two trials of react, with a collector if there is one."""
    monkeypatch.setenv("PLANTED_KEY", KEY)
    for name in (VARIABLE, CONTENT_VARIABLE, *ENDPOINTS):
        monkeypatch.delenv(name, raising=False)

    def run(**variables: str) -> Any:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with ModelServer(adder) as server:
            agent = f"react:model=openai/m,base_url={server.openai_url},key_env=PLANTED_KEY,price=2/8"
            done = itbench("run", "sums", "-n", "2", "-a", agent, "--json", *OPEN)
        assert done.code == 0, done.err
        return done

    return run


def plain(span: OtlpSpan) -> Any:
    """Return what is the same wherever and whenever a span is sent: all but its times and status of the trial."""
    values = {each.key: _value(each.value) for each in span.attributes}
    values.pop("itbench.status", None)
    ids = (span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex())
    events = [
        (event.name, {each.key: _value(each.value) for each in event.attributes}) for event in span.events
    ]
    return ids, span.name, span.kind, values, events, (span.status.code, span.status.message)


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    return (
        [_value(each) for each in value.array_value.values] if kind == "array_value" else getattr(value, kind)
    )


def of_file(path: Path) -> list[OtlpSpan]:
    """Return the spans of lines of OTLP JSON, whose ids are hexadecimal and not the Base64 of protobuf's JSON."""
    found = []
    for line in path.read_text().splitlines():
        text = re.sub(
            r'"(traceId|spanId|parentSpanId)":"([0-9a-f]+)"',
            lambda match: f'"{match[1]}":"{base64.b64encode(bytes.fromhex(match[2])).decode()}"',
            line,
        )
        data = ParseDict(json.loads(text), TracesData())
        found += [span for each in data.resource_spans for scope in each.scope_spans for span in scope.spans]
    return found


def test_a_collector_is_sent_what_the_export_writes_and_no_secret(
    work: Callable[..., Any], itbench: Itbench, tmp_path: Path
) -> None:
    with collector() as there:
        done = work(**{VARIABLE: "1", ENDPOINTS[0]: there.url, CONTENT_VARIABLE: "true"})
    assert "OpenTelemetry" not in done.err
    itbench("export", json.loads(done.out)["path"], "--to", "otlp", "-o", "traces.jsonl")
    written = of_file(tmp_path / "traces.jsonl")
    assert len(written) == len(there.spans) == 10
    assert sorted(map(plain, there.spans), key=str) == sorted(map(plain, written), key=str)
    assert KEY.encode() not in b"".join(there.bodies)
    assert b"[secret]" in b"".join(there.bodies)


def test_spans_say_what_the_conventions_have_names_for(
    work: Callable[..., Any], itbench: Itbench, tmp_path: Path
) -> None:
    done = work()
    path = json.loads(done.out)["path"]
    assert itbench("export", path, "--to", "otlp", "-o", "traces.jsonl").code == 0
    spans = [plain(span) for span in of_file(tmp_path / "traces.jsonl")]
    names = [name for _, name, *_ in spans]
    one = ["chat m", "execute_tool execute", "chat m", "execute_tool finish", "invoke_agent react"]
    assert names == one * 2
    root = spans[4]
    assert (root[0][2], root[2]) == ("", OtlpSpan.SPAN_KIND_INTERNAL)
    assert all(ids[2] == root[0][1] and ids[0] == root[0][0] for ids, *_ in spans[:4])
    run = json.loads(itbench("show", path, "--json").out)["run"]
    assert (
        root[3]
        | {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "m",
            "gen_ai.agent.name": "react",
            "gen_ai.conversation.id": f"{run}/sum-0000:0:0",
            "gen_ai.usage.input_tokens": 2000,
            "gen_ai.usage.output_tokens": 20,
            "itbench.score": 1.0,
            "itbench.metric.error": 0.0,
            "itbench.task": "sum-0000",
        }
        == root[3]
    )
    result = dict(root[4])["gen_ai.evaluation.result"]
    assert result == {
        "gen_ai.evaluation.name": "score",
        "gen_ai.evaluation.score.value": 1.0,
        "gen_ai.evaluation.explanation": "the answer is off by 0",
    }
    _, _, kind, chat, _, _ = spans[0]
    assert kind == OtlpSpan.SPAN_KIND_CLIENT
    assert chat["gen_ai.response.finish_reasons"] == ["tool_calls"]
    assert json.loads(chat["gen_ai.input.messages"])[0]["parts"][0]["content"].endswith("answer.json.")
    asked = json.loads(chat["gen_ai.output.messages"])[0]["parts"][-1]
    _, _, _, tool, _, (code, message) = spans[1]
    assert (asked["type"], asked["id"]) == ("tool_call", tool["gen_ai.tool.call.id"])
    assert json.loads(tool["gen_ai.tool.call.arguments"]) == asked["arguments"]
    assert (tool["error.type"], code, message) == ("tool_error", 2, "the call failed")


def test_what_was_said_is_not_sent_unless_it_is_asked_for(work: Callable[..., Any]) -> None:
    with collector() as there:
        work(**{VARIABLE: "1", ENDPOINTS[0]: there.url})
    names = {each.key for span in there.spans for each in span.attributes}
    assert "gen_ai.usage.input_tokens" in names
    assert not names & {"gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.tool.call.arguments"}
    assert b"Add 0 and 0" not in b"".join(there.bodies)


def test_nothing_is_sent_without_our_variable(work: Callable[..., Any]) -> None:
    with collector() as there:
        done = work(**{ENDPOINTS[0]: there.url})
    assert (there.bodies, "OpenTelemetry" in done.err) == ([], False)


def test_a_collector_that_is_not_named_is_told(work: Callable[..., Any]) -> None:
    done = work(**{VARIABLE: "1"})
    assert "ITBENCH_OTEL is set, but no collector is: set OTEL_EXPORTER_OTLP_ENDPOINT" in done.err


@pytest.mark.parametrize(
    "way",
    ["never answers", *(pytest.param(each, marks=pytest.mark.soak) for each in ("is not there", "refuses"))],
)
def test_a_collector_that_fails_costs_spans_and_not_the_run(work: Callable[..., Any], way: str) -> None:
    held = threading.Event()
    with collector(status=400, wait=held if way == "never answers" else None) as there:
        url = "http://127.0.0.1:9" if way == "is not there" else there.url
        done = work(**{VARIABLE: "1", ENDPOINTS[0]: url})
    assert json.loads(done.out)["score"] == 1.0
    assert "warning: 10 of 10 spans were not delivered to the collector of OpenTelemetry" in done.err


class Held:
    """An exporter that delivers nothing before it may."""

    def __init__(self) -> None:
        self.may = threading.Event()
        self.delivered = 0

    def deliver(self, spans: Any) -> bool:
        self.may.wait(60)
        self.delivered += len(spans)
        return True

    def stop(self) -> None:
        self.may.set()


def span(text: str = "") -> Span:
    return Span(
        trace_id=1,
        span_id=1,
        parent_id=None,
        name="n",
        is_client=False,
        began_ns=0,
        ended_ns=1,
        attributes={"text": text},
    )


def test_the_queue_holds_so_many_spans_and_characters_and_counts_the_others() -> None:
    exporter = Held()
    sender = Sender(exporter, most_spans=50)
    sender.put(span())
    while sender._waiting:
        time.sleep(0.001)
    for _ in range(80):
        sender.put(span())
    assert len(sender._waiting) == 50
    exporter.may.set()
    assert sender.close(60) == (51, 30)
    assert exporter.delivered == 51


def test_long_spans_fill_the_queue_before_memory() -> None:
    sender = Sender(Held())
    for _ in range(20):
        sender.put(span("x" * 10_000_000))
    assert sum(len(str(each.attributes["text"])) for _, each in sender._waiting) <= 64_000_000
    delivered, lost = sender.close(0.01)
    assert delivered + lost == 20
