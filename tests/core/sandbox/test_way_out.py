"""Programs in the sandbox reach the hosts and the model that they were allowed, and nothing else."""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from itbench import AgentRequest, Limits, Stage, Task
from itbench.agents.command.agent import CommandAgent
from itbench.agents.command.options import command_options
from itbench.interfaces.record import TrialKey, TrialRecord
from itbench.plugins.domains import find_suite
from itbench.runs.trial.judge import Judge
from itbench.runs.trial.setup import Surroundings
from itbench.runs.trial.trial import TrialSetting, run_trial
from itbench.testing.model_server import Answer, Asked, Broken, ModelServer, Status, script

KEY = "sk-planted-0123456789abcdef"
# What every program below needs: a connection to the proxy or the gateway, by hand.
PRELUDE = """
import json, os, socket, sys, urllib.error, urllib.parse, urllib.request
def place(url):
    parts = urllib.parse.urlsplit(url)
    return parts.hostname, parts.port
def ask(url, body=None, headers=None):
    request = urllib.request.Request(url, None if body is None else json.dumps(body).encode(), headers or {})
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
def connect(target):
    line = socket.create_connection(place(os.environ["HTTPS_PROXY"]), timeout=20)
    line.sendall(f"CONNECT {target} HTTP/1.1\\r\\nHost: {target}\\r\\n\\r\\n".encode())
    return line, line.recv(1000)
"""


@dataclass
class Listener:
    """A server on the host's loopback that greets every client and remembers what was said."""

    port: int = 0
    heard: list[bytes] = field(default_factory=list)


@pytest.fixture
def listener() -> Iterator[Listener]:
    made, server = Listener(), socket.create_server(("127.0.0.1", 0))
    made.port = server.getsockname()[1]

    def serve() -> None:
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            with line:
                line.settimeout(10)
                made.heard.append(line.recv(65536))
                line.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield made
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(10)


def trial(sandbox: Any, options: dict[str, str], code: str, limits: Limits | None = None) -> TrialRecord:
    domain, suite = find_suite("sums/easy")
    made = CommandAgent(
        ("python3", "-c", PRELUDE + code),
        command_options(AgentRequest(name="command", options=options, arguments=("python3",))),
    )
    setting = TrialSetting(
        domain=domain,
        surroundings=Surroundings(suite=suite, sandbox=sandbox, bench=sandbox),
        agent=made,
        judge=Judge(domain, suite),
        seed=1,
    )
    task: Task = next(iter(suite.tasks()))
    if limits is not None:
        task = task.model_copy(update={"limits": limits})
    return asyncio.run(run_trial(setting, task, TrialKey(task.id, 0, 0)))


def events(record: TrialRecord, kind: str) -> list[Any]:
    return [json.loads(event.data) for event in record.events if event.kind == kind]


def printed(record: TrialRecord) -> str:
    print(record.fault)
    return "".join(each["text"] for each in events(record, "output") if each["stream"] == "stdout")


def test_an_allowed_host_is_reached_over_plain_http(sums: Any, sandbox: Any, listener: Listener) -> None:
    code = f"print(ask('http://localhost:{listener.port}/a?b=c'))"
    record = trial(sandbox, {"allow": f"localhost:{listener.port}"}, code)
    assert printed(record) == "(200, 'hello')\n"
    head = listener.heard[0].decode()
    assert head.startswith("GET /a?b=c HTTP/1.1\r\n")
    assert "proxy" not in head.lower()
    (seen,) = events(record, "network")
    assert (seen["target"], seen["allowed"]) == (f"localhost:{listener.port}", True)
    assert seen["sent_bytes"] == len(listener.heard[0])


@pytest.mark.slow
@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:{port}/", "http://localhost:{other}/", "http://[::1]:{port}/", "http://host.invalid/",
               "http://localhost:{port}@host.invalid/", "http://host.invalid#localhost:{port}"]
)  # fmt: skip
def test_no_other_host_is_reached(sums: Any, sandbox: Any, listener: Listener, target: str) -> None:
    url = target.format(port=listener.port, other=listener.port + 1)
    # By hand: urllib would look at the target first.
    code = (
        "line = socket.create_connection(place(os.environ['HTTP_PROXY']))\n"
        f"line.sendall(b'GET {url} HTTP/1.1\\r\\nhost: localhost:{listener.port}\\r\\n\\r\\n')\n"
        "print(line.recv(1000).decode())"
    )
    record = trial(sandbox, {"allow": f"localhost:{listener.port}"}, code)
    assert printed(record).split()[1] in {"400", "403"}
    assert listener.heard == []
    assert events(record, "network")[0]["allowed"] is False


TUNNEL = """
import ssl
line, said = connect("{target}")
print(said.split()[1].decode())
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
try:
    context.wrap_bio(incoming, outgoing, server_hostname={name!r}).do_handshake()
except ssl.SSLWantReadError:
    pass
for byte in outgoing.read():
    line.sendall(bytes([byte]))
print(line.recv(1000).split()[1].decode())
"""


def test_a_tunnel_for_tls_leads_to_an_allowed_host(sums: Any, sandbox: Any, listener: Listener) -> None:
    code = TUNNEL.format(target=f"localhost:{listener.port}", name="localhost")
    record = trial(sandbox, {"allow": f"localhost:{listener.port}"}, code)
    assert printed(record) == "200\n200\n"
    assert listener.heard[0][:1] == b"\x16"


def test_a_tunnel_that_asks_for_another_name_inside_leads_nowhere(
    sums: Any, sandbox: Any, listener: Listener
) -> None:
    code = TUNNEL.format(target=f"localhost:{listener.port}", name="hidden.invalid")
    record = trial(sandbox, {"allow": f"localhost:{listener.port}"}, code)
    assert printed(record) == "200\n403\n"
    assert listener.heard == []
    assert "asks for 'hidden.invalid'" in events(record, "network")[0]["reason"]


def test_a_tunnel_to_another_host_is_refused(sums: Any, sandbox: Any, listener: Listener) -> None:
    code = f"print(connect('127.0.0.1:{listener.port}')[1].split()[1].decode())"
    assert printed(trial(sandbox, {"allow": f"localhost:{listener.port}"}, code)) == "403\n"
    assert listener.heard == []


def test_nothing_is_listened_on_where_nothing_is_allowed(sums: Any, sandbox: Any) -> None:
    code = "print(sorted(set(os.environ) & {'HTTP_PROXY', 'OPENAI_BASE_URL'}), socket.create_connection(('127.0.0.1', 80)))"
    record = trial(sandbox, {}, code)
    assert record.fault is not None
    assert "ConnectionRefusedError" in record.fault.message


@pytest.mark.slow
@pytest.mark.parametrize(
    "sent", [b"", b"\r\n", b"\x16\x03\x01", b"GET / HTTP/1.1\r\nhost: x\r\n" + b"a: b\r\n" * 20_000, b"CONNECT x HTTP/1.1\r\n\r\n",
             b"GET http://[/ HTTP/1.1\r\nhost: x\r\n\r\n", b"CONNECT localhost:99999 HTTP/1.1\r\nhost: x\r\n\r\n", b"\xff" * 100]
)  # fmt: skip
def test_junk_at_the_door_harms_nobody(sums: Any, sandbox: Any, listener: Listener, sent: bytes) -> None:
    code = (
        "line = socket.create_connection(place(os.environ['HTTP_PROXY']), timeout=20)\n"
        "try:\n"
        f"    line.sendall({sent[:200]!r} + b'a: b\\r\\n' * {max(0, len(sent) - 200) // 6}); line.shutdown(socket.SHUT_WR); line.recv(1000)\n"
        "except OSError:\n    pass\n"
        f"print(ask('http://localhost:{listener.port}/')[0])"
    )
    assert printed(trial(sandbox, {"allow": f"localhost:{listener.port}"}, code)) == "200\n"


ASK = """
body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], "stream": STREAM}
print(ask(os.environ["OPENAI_BASE_URL"] + "/chat/completions", body, {"content-type": "application/json",
      "authorization": "Bearer " + os.environ["OPENAI_API_KEY"]}))
"""


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Asked], Any]], ModelServer]:
    monkeypatch.setenv("PLANTED_API_KEY", KEY)
    return ModelServer


def openai(server: ModelServer, **more: str) -> dict[str, str]:
    return {
        "gateway": "openai",
        "base_url": server.openai_url,
        "key_env": "PLANTED_API_KEY",
        "price": "2/8",
        "attempts": "2",
        "retry_s": "0.01",
    } | more


@pytest.mark.parametrize("stream", [True, False])
def test_a_program_s_model_is_asked_with_the_key_and_what_it_took_is_counted(
    sums: Any, sandbox: Any, model: Any, stream: bool
) -> None:
    answer = Answer(
        text="forty-two", input_tokens=1000, cached_tokens=100, output_tokens=50, reasoning_tokens=20
    )
    code = ASK.replace("STREAM", str(stream)) * 2 + "print(os.environ)"
    with model(script(answer)) as server:
        record = trial(sandbox, openai(server), code)
        asked = server.requests[0]
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert printed(record).count("forty-two") == 2
    assert ("data: " in printed(record)) == stream
    usage = record.usage
    assert (usage.turns, usage.total("input_tokens"), usage.total("output_tokens")) == (2, 2000, 100)
    assert (usage.total("cached_tokens"), usage.total("reasoning_tokens")) == (200, 40)
    assert usage.total("cost_usd") == pytest.approx(2 * (1000 * 2 + 50 * 8) / 1e6)
    assert [each["text"] for each in events(record, "reply")] == ["forty-two"] * 2
    assert events(record, "request")[0]["messages"] == [{"role": "user", "text": "hi"}]
    everything = "".join(event.data for event in record.events) + printed(record)
    assert KEY not in everything


def test_a_program_is_stopped_at_its_turns(sums: Any, sandbox: Any, model: Any) -> None:
    code = f"while True:\n    {ASK.strip().replace('STREAM', 'False').replace(chr(10), chr(10) + '    ')}"
    with model(script(Answer(text="more"))) as server:
        record = trial(sandbox, openai(server), code, Limits(turns=3, wall_s=60))
        assert len(server.requests) == 3
    assert (record.limit, record.usage.turns) == ("turns", 3)


def test_a_program_is_stopped_at_its_cost(sums: Any, sandbox: Any, model: Any) -> None:
    code = f"while True:\n    {ASK.strip().replace('STREAM', 'True').replace(chr(10), chr(10) + '    ')}"
    with model(script(Answer(text="more", input_tokens=1000, output_tokens=0))) as server:
        record = trial(sandbox, openai(server), code, Limits(cost_usd=0.005, wall_s=60))
        assert len(server.requests) == 3
    assert record.limit == "cost"
    assert record.usage.total("cost_usd") == pytest.approx(0.006)


HASTY = """
body = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], "stream": True}).encode()
head = f"POST /v1/chat/completions HTTP/1.1\\r\\nhost: x\\r\\ncontent-type: application/json\\r\\n" \\
    f"authorization: Bearer {os.environ['OPENAI_API_KEY']}\\r\\ncontent-length: {len(body)}\\r\\n\\r\\n"
lines = []
while True:
    lines.append(socket.create_connection(place(os.environ["OPENAI_BASE_URL"]), timeout=20))
    lines[-1].sendall(head.encode() + body)
    reply = b""
    while b"[DONE]" not in reply and (more := lines[-1].recv(65536)):
        reply += more
"""


@pytest.mark.slow
def test_a_program_that_does_not_wait_for_the_end_of_a_reply_gets_no_further(
    sums: Any, sandbox: Any, model: Any
) -> None:
    with model(script(Answer(text="more", input_tokens=1000, output_tokens=0))) as server:
        for turns in (1, 2, 3, 1, 2, 3):
            limits = Limits(cost_usd=0.002 * turns - 0.001, wall_s=60)
            asked = len(server.requests)
            record = trial(sandbox, openai(server), HASTY, limits)
            assert (record.limit, record.usage.turns) == ("cost", turns)
            assert len(server.requests) - asked == turns


@pytest.mark.slow
def test_a_price_that_is_not_known_is_no_cost_of_0(sums: Any, sandbox: Any, model: Any) -> None:
    code = ASK.replace("STREAM", "True").replace("gpt-4o", "nobody-knows-it")
    with model(script(Answer(input_tokens=1000, output_tokens=5))) as server:
        record = trial(sandbox, {"gateway": "openai", "base_url": server.openai_url}, code)
    (use,) = events(record, "usage")
    assert (use["input_tokens"], use["cost_usd"]) == (1000, None)


@pytest.mark.slow
@pytest.mark.parametrize(
    "reaction", [Status(code=500), Status(code=429), Broken(answer=Answer(text="x" * 200), events=2)]
)
def test_a_failing_provider_is_no_fault_of_the_program(
    sums: Any, sandbox: Any, model: Any, reaction: Any
) -> None:
    with model(script(reaction)) as server:
        record = trial(sandbox, openai(server), ASK.replace("STREAM", "True") + "sys.exit(3)")
    assert record.fault is not None
    assert record.fault.stage is Stage.MODEL
    assert record.value is None


def test_a_limit_that_cannot_be_kept_ends_the_program_and_is_no_zero(
    sums: Any, sandbox: Any, model: Any
) -> None:
    code = ASK.replace("STREAM", "True").replace("gpt-4o", "nobody-knows-it")
    with model(script(Answer(tells_use=False))) as server:
        options = {"gateway": "openai", "base_url": server.openai_url, "price": "1/1"}
        limits = Limits(cost_usd=1, wall_s=60)
        record = trial(sandbox, options, code + "import time; time.sleep(50)", limits)
    assert record.fault is not None
    assert record.fault.stage is Stage.MODEL
    assert "does not tell its tokens" in record.fault.message
    assert record.value is None


def test_a_model_without_a_price_is_refused_before_it_is_asked_where_the_cost_is_limited(
    sums: Any, sandbox: Any, model: Any
) -> None:
    """Else a program could escape its score by asking such a model once."""
    code = ASK.replace("STREAM", "True").replace("gpt-4o", "nobody-knows-it")
    with model(script(Answer())) as server:
        options = {"gateway": "openai", "base_url": server.openai_url}
        record = trial(sandbox, options, code, Limits(cost_usd=1, wall_s=60))
        assert server.requests == []
    assert record.value == 0.0
    assert record.fault is not None
    assert record.fault.stage is Stage.AGENT


@pytest.mark.parametrize(
    ("options", "lacks"),
    [
        ({}, "have to be named (models=NAME)"),
        ({"models": "gpt-4o+nobody-knows-it"}, "the price of nobody-knows-it is unknown"),
        ({"models": "gpt-4o"}, None),
        ({"price": "1/2"}, None),
    ],
)
def test_what_a_limit_of_cost_lacks_is_told_before_the_run(
    options: dict[str, str], lacks: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("genai_prices", reason="genai-prices is not installed; it comes with itbench[models]")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-0123456789abcdef")
    request = AgentRequest(name="command", options={"gateway": "openai", **options}, arguments=("true",))
    agent = CommandAgent(("true",), command_options(request))
    assert agent.missing(is_cost_limited=False) == []
    missing = agent.missing(is_cost_limited=True)
    assert missing == [] if lacks is None else lacks in missing[0]


@pytest.mark.slow
def test_a_line_that_comes_in_pieces_is_one_in_the_trace(sums: Any, sandbox: Any) -> None:
    code = "import time\nfor part in ('one ', 'two ', 'three\\n', 'four'):\n    print(part, end='', flush=True); time.sleep(0.6)"
    record = trial(sandbox, {}, code)
    assert [each["text"] for each in events(record, "output")] == ["one two three\n", "four"]


@pytest.mark.slow
def test_a_provider_that_is_not_there_is_no_fault_of_the_program(sums: Any, sandbox: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/v1"
    options = {"gateway": "openai", "base_url": url, "price": "1/1", "attempts": "1"}
    record = trial(sandbox, options, ASK.replace("STREAM", "False") + "sys.exit(3)")
    assert record.fault is not None
    assert record.fault.stage is Stage.MODEL


SILENT = Broken(answer=Answer(text="x" * 200), events=0, is_cut=False)
WAITS = "\nimport time; time.sleep(50)"
HANDS_IN = "\nopen(os.environ['ITBENCH_ANSWER'], 'w').write('{}')"


@pytest.mark.slow  # Some wait for the wall clock.
@pytest.mark.parametrize(
    ("reaction", "then", "wall_s"),
    [
        (Status(code=429, headers={"Retry-After": "300"}), WAITS, 2),
        (Status(code=503), WAITS, 2),
        (SILENT, WAITS, 2),
        (Status(code=503), "", 60),
        (Status(code=401), "", 60),
    ],
    ids=["a long wait at the wall clock", "overload at the wall clock", "silence at the wall clock", "nothing is handed in", "a wrong key"],
)  # fmt: skip
def test_a_model_that_never_answers_is_no_zero_however_the_program_ends(
    sums: Any, sandbox: Any, model: Any, reaction: Any, then: str, wall_s: float
) -> None:
    code = f"try:\n    {ASK.strip().replace('STREAM', 'True').replace(chr(10), chr(10) + '    ')}\nexcept OSError:\n    pass{then}"
    with model(script(reaction)) as server:
        record = trial(sandbox, openai(server, idle_s="1"), code, Limits(wall_s=wall_s))
    assert record.fault is not None
    assert record.fault.stage is Stage.MODEL
    assert "the model failed until the end" in record.fault.message
    assert (record.value, record.usage.turns) == (None, 0)


@pytest.mark.slow  # Some wait for the wall clock.
@pytest.mark.parametrize(
    ("reaction", "asks", "then", "wall_s"),
    [
        (Status(code=400), ASK, "sys.exit(3)", 60),
        (Status(code=404), ASK, "sys.exit(3)", 60),
        (Status(code=500), ASK, "sys.exit(3)", 60),
        (Status(code=429), ASK, WAITS, 3),
        (SILENT, ASK, "sys.exit(3)", 60),
        (SILENT, "import threading\ndef late():\n    " + ASK.strip().replace("\n", "\n    ") + "\nthreading.Thread(target=late, daemon=True).start()\nimport time; time.sleep(0.5)\n", "os._exit(3)", 60),
    ],
    ids=["a wrong request", "no such model", "a request that breaks the server", "a request beyond a rate limit", "a request that takes too long", "a request that is left"],
)  # fmt: skip
def test_a_program_cannot_escape_its_zero_by_what_it_asks(
    sums: Any, sandbox: Any, model: Any, reaction: Any, asks: str, then: str, wall_s: float
) -> None:
    code = asks.replace("STREAM", "True").replace('"hi"', '"poison"') + then
    with model(
        lambda asked: reaction if "poison" in json.dumps(asked.body) else Answer(text="yes")
    ) as server:
        record = trial(sandbox, openai(server, idle_s="1"), code, Limits(wall_s=wall_s))
    assert record.fault is not None
    assert record.fault.stage is Stage.AGENT
    assert record.value == 0


def test_what_a_program_hands_in_while_its_model_fails_is_scored(sums: Any, sandbox: Any, model: Any) -> None:
    with model(script(Status(code=503))) as server:
        record = trial(sandbox, openai(server), ASK.replace("STREAM", "True") + HANDS_IN)
    assert record.fault is None or record.fault.stage is Stage.AGENT
    assert record.value == 0


def test_a_program_asks_the_named_models_and_no_others(sums: Any, sandbox: Any, model: Any) -> None:
    code = (ASK + ASK.replace("gpt-4o", "perplexity/sonar")).replace("STREAM", "False")
    with model(script(Answer(text="hello"))) as server:
        record = trial(sandbox, openai(server, models="gpt-5+perplexity/sonar"), code)
        assert [asked.body["model"] for asked in server.requests] == ["perplexity/sonar"]
    assert "is not among those of this run; allowed: gpt-5, perplexity/sonar" in printed(record)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "more", "status"),
    [
        ("/chat/completions", {"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, 403),
        ("/chat/completions", {"web_search_options": {"user_location": {}}}, 403),
        ("/responses", {"tools": [{"type": "mcp", "server_url": "https://x.invalid"}]}, 403),
        ("/files", {}, 404),
        ("/chat/completions/../files", {}, 404),
    ],
)
def test_a_provider_s_own_way_into_the_net_is_closed(
    sums: Any, sandbox: Any, model: Any, path: str, more: Any, status: int
) -> None:
    code = f"print(ask(os.environ['OPENAI_BASE_URL'] + {path!r}, {{'model': 'm', 'messages': []}} | {more!r}, {{'authorization': 'Bearer ' + os.environ['OPENAI_API_KEY']}})[0])"
    with model(script(Answer())) as server:
        assert printed(trial(sandbox, openai(server), code)) == f"{status}\n"
        assert server.requests == []


@pytest.mark.slow
@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer sk-other"}, {"x-api-key": ""}])
def test_the_gateway_serves_nobody_without_the_key_of_the_trial(
    sums: Any, sandbox: Any, model: Any, headers: Any
) -> None:
    code = (
        "print(ask(os.environ['OPENAI_BASE_URL'] + '/chat/completions', "
        f"{{'model': 'm', 'messages': []}}, {headers!r})[0])"
    )
    with model(script(Answer())) as server:
        assert printed(trial(sandbox, openai(server), code)) == "401\n"
        assert server.requests == []


@pytest.mark.slow
@pytest.mark.parametrize("stream", [True, False])
def test_anthropic_s_interface_is_passed_on_too(sums: Any, sandbox: Any, model: Any, stream: bool) -> None:
    code = """
body = {"model": "claude-sonnet-4-5", "max_tokens": 100, "stream": STREAM, "messages": [{"role": "user", "content": "hi"}]}
print(ask(os.environ["ANTHROPIC_BASE_URL"] + "/v1/messages?beta=true", body, {"x-api-key": os.environ["ANTHROPIC_API_KEY"],
      "anthropic-version": "2023-06-01"})[0])
"""
    with model(script(Answer(text="hello", input_tokens=70, output_tokens=7))) as server:
        options = {"gateway": "anthropic", "base_url": server.url, "key_env": "PLANTED_API_KEY"}
        record = trial(sandbox, options, code.replace("STREAM", str(stream)))
        assert server.requests[0].headers["x-api-key"] == KEY
        assert server.requests[0].headers["anthropic-version"] == "2023-06-01"
    assert (record.usage.total("input_tokens"), record.usage.total("output_tokens")) == (70, 7)
    assert record.usage.total("cost_usd") == pytest.approx((70 * 3 + 7 * 15) / 1e6)


@pytest.mark.parametrize("stream", [True, False])
def test_openai_s_newer_interface_is_passed_on_too(sums: Any, sandbox: Any, model: Any, stream: bool) -> None:
    code = f"""
body = {{"model": "gpt-4o", "input": "hi", "stream": {stream}}}
print(ask(os.environ["OPENAI_BASE_URL"] + "/responses", body, {{"authorization": "Bearer " + os.environ["OPENAI_API_KEY"]}})[0])
"""
    answer = Answer(text="hello", calls=[("look", {"at": "x"})], input_tokens=70, output_tokens=7)
    with model(script(answer)) as server:
        record = trial(sandbox, openai(server), code)
    assert (record.usage.turns, record.usage.total("input_tokens"), record.usage.total("output_tokens")) == (
        1,
        70,
        7,
    )
    (said,) = events(record, "reply")
    assert said["text"] == "hello"
    assert [call["name"] for call in said["calls"]] == ["look"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "reaction",
    [
        Status(code=429, headers={"Retry-After": "500"}),
        Status(code=503, headers={"Retry-After": "500"}),
    ],
    ids=["429 that asks for long", "503 for ever"],
)
def test_a_wall_clock_in_which_the_model_never_answered_is_no_zero(
    sums: Any, sandbox: Any, model: Any, reaction: Any
) -> None:
    """Slow: each waits for the wall clock."""
    with model(script(reaction)) as server:
        options = openai(server, attempts="8", retry_s="1")
        record = trial(sandbox, options, ASK.replace("STREAM", "False"), Limits(turns=10, wall_s=2))
    assert record.fault is not None
    assert (record.fault.stage, record.value, record.usage.turns) == (Stage.MODEL, None, 0)


@pytest.mark.slow
def test_a_wall_clock_that_the_provider_used_up_before_it_answered_is_no_zero(
    sums: Any, sandbox: Any, model: Any
) -> None:
    """Slow: it waits for the wall clock."""
    code = ASK.replace("STREAM", "False") + "import time; time.sleep(60)"
    busy = Status(code=503, headers={"retry-after-ms": "3500"})
    with model(script(busy, Answer(text="at last"))) as server:
        record = trial(sandbox, openai(server), code, Limits(turns=10, wall_s=6))
        fine = trial(sandbox, openai(server), code, Limits(turns=10, wall_s=2))
    assert record.fault is not None
    assert (record.fault.stage, record.value, record.usage.turns) == (Stage.MODEL, None, 1)
    assert "failed for" in record.fault.message
    assert (fine.fault and fine.fault.stage, fine.limit, fine.value) == (Stage.AGENT, "wall", 0.0)
