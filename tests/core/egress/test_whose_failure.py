"""A provider that fails is nobody's zero, and no program can make it look as if it did."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from itbench.egress.gateway.health import Health
from itbench.interfaces.provider import ProviderWatch
from itbench.testing.model_server import Answer, Asked, Broken, ModelServer, Raw, Status, script

HI = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
POISON = {"model": "gpt-4o", "messages": [{"role": "user", "content": "poison"}]}
LONG = Answer(text="x" * 400)
OVERLOADED = {"error": {"message": "overloaded", "type": "server_error", "code": 503}}


def streamed(body: Any) -> Any:
    return body | {"stream": True}


def only_poison(reaction: Any) -> Callable[[Asked], Any]:
    """Answer all but one request."""
    return lambda asked: reaction if "poison" in json.dumps(asked.body) else Answer(text="fine")


def test_a_failure_that_passes_is_not_heard_of_and_one_answer_is_one_turn(within: Any) -> None:
    async def steps(program: Any) -> None:
        reply = await program.ask()
        assert (reply.status, reply.is_whole) == (200, True)

    with ModelServer(script(Status(code=503), Status(code=429), Answer(text="at last"))) as server:
        done = within(server, steps, attempts=4)
        assert len(server.requests) == 3
    assert (done.gateway.failure, done.trace.usage.turns) == (None, 1)
    assert [event["request"] for event in done.events("waiting")] == [1, 1]
    (said,) = done.events("reply")
    assert (said["request"], said["text"], len(said["failures"])) == (1, "at last", 2)


# What the provider does to every request, its own short question included.
FAILING: dict[str, Any] = {
    "503": Status(code=503),
    "529": Status(code=529),
    "500": Status(code=500),
    "502": Status(code=502),
    "408": Status(code=408),
    "409": Status(code=409),
    "425": Status(code=425),
    "429": Status(code=429),
    "429 that asks for an hour": Status(code=429, headers={"Retry-After": "3600"}),
    "an empty account": Status(code=429, body={"error": {"code": "insufficient_quota", "message": "x"}}),
    "a wrong key": Status(code=401),
    "no money": Status(code=402),
    "a forbidden country": Status(code=403),
    "a page of another server": Status(code=302, headers={"Location": "http://127.0.0.1:9/"}),
    "silence": Broken(answer=LONG, events=0, is_cut=False),
    "silence in the middle": Broken(answer=LONG, events=2, is_cut=False),
    "a cut": Broken(answer=LONG, events=2),
    "a cut before the first word": Broken(answer=LONG, events=0),
    "an error in a reply": Raw(body=json.dumps(OVERLOADED).encode(), content_type="application/json"),
    "an error in a stream": Raw(body=f"data: {json.dumps(OVERLOADED)}\n\n".encode()),
    "an empty reply": Raw(body=b"", content_type="application/json"),
    "an empty stream": Raw(body=b""),
}


@pytest.mark.slow
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("reaction", FAILING.values(), ids=FAILING)
def test_a_provider_that_fails_at_everything_is_the_cause_and_no_turn(
    within: Any, reaction: Any, stream: bool
) -> None:
    async def steps(program: Any) -> None:
        await program.ask(streamed(HI) if stream else HI)

    with ModelServer(script(reaction)) as server:
        done = within(server, steps, attempts=2, idle_s=0.2, patience_s=0.5)
    assert done.gateway.failure is not None
    assert done.trace.usage.turns == 0
    assert done.trace.usage.replies == 0


# What a program may bring about at will, by what it sends: all others are answered.
OWN: dict[str, Any] = {
    "a request that the provider refuses": Status(code=400),
    "a model that does not exist": Status(code=404),
    "a request that is too large": Status(code=413),
    "a field that is not known": Status(code=422),
    "a request that breaks the server": Status(code=500),
    "a request that breaks a proxy": Status(code=502),
    "a request that is too large for a rate limit": Status(code=429),
    "a request that is refused for its content": Status(code=403),
    "a request that costs more than there is": Status(code=402),
    "a request that takes longer than anybody waits": Broken(answer=LONG, events=0, is_cut=False),
    "a request whose reply is always cut": Broken(answer=LONG, events=2),
    "a request whose reply is always an error": Raw(body=f"data: {json.dumps(OVERLOADED)}\n\n".encode()),
}


@pytest.mark.slow
@pytest.mark.parametrize("waits", [True, False], ids=["and waits", "and leaves"])
@pytest.mark.parametrize("reaction", OWN.values(), ids=OWN)
def test_a_program_cannot_make_the_provider_look_broken_by_what_it_sends(
    within: Any, reaction: Any, waits: bool
) -> None:
    async def steps(program: Any) -> None:
        if waits:
            await program.ask(streamed(POISON))
            return
        asking = asyncio.create_task(program.ask(streamed(POISON)))
        await program.until(lambda: server.requests)
        asking.cancel()

    with ModelServer(only_poison(reaction)) as server:
        done = within(server, steps, attempts=2, idle_s=0.3, patience_s=3)
    assert done.gateway.failure is None
    if waits:
        # It was answered, in its way.
        assert done.trace.usage.turns == 1


PATHS = {"/chat/completions": "openai", "/responses": "openai", "/messages": "anthropic"}
FILTERED: Any = {"error": {"code": "content_filter", "type": "invalid_request_error", "message": "filtered"}}
REFUSING: dict[str, Any] = {
    "400": Status(code=400, body=FILTERED),
    "404": Status(code=404),
    "413": Status(code=413),
    "422": Status(code=422),
    "in a body": Raw(body=json.dumps(FILTERED).encode(), content_type="application/json"),
    "in a stream": Raw(body=f"data: {json.dumps(FILTERED)}\n\n".encode()),
}


def asked_by(path: str, text: str, *, said: str = "", model: str = "m") -> Any:
    """Return a request by one of the interfaces, as a first one or after something that the model has said."""
    turns = [{"role": "user", "content": text}]
    if said:
        turns += [{"role": "assistant", "content": said}, {"role": "user", "content": "go on"}]
    body: Any = {"model": model, "input" if path == "/responses" else "messages": turns}
    return body | {"max_tokens": 100} if path == "/messages" else body


@pytest.mark.slow
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("refusal", REFUSING.values(), ids=REFUSING)
def test_a_refusal_is_the_program_s_doing_only_while_others_are_answered(
    within: Any, refusal: Any, path: str, stream: bool
) -> None:
    for is_all in (False, True):

        async def steps(program: Any) -> None:
            body = asked_by(path, "poison", said="yes")
            await program.ask(streamed(body) if stream else body, path)

        react = script(refusal) if is_all else only_poison(refusal)
        with ModelServer(react) as server:
            done = within(server, steps, provider=PATHS[path], models=["m"], attempts=2)
        assert (done.gateway.failure is not None) == is_all
        assert done.trace.usage.turns == (0 if is_all else 1)


@pytest.mark.parametrize(
    ("models", "is_of_program"), [((), True), (("m",), False)], ids=["made up", "named by the run"]
)
def test_a_model_that_does_not_exist_is_the_doing_of_whatever_named_it(
    within: Any, models: Any, is_of_program: bool
) -> None:
    async def steps(program: Any) -> None:
        assert (await program.ask(asked_by("/chat/completions", "hi"))).status == 404

    with ModelServer(script(Status(code=404))) as server:
        done = within(server, steps, models=models)
    assert (done.gateway.failure is None, done.trace.usage.turns) == (is_of_program, int(is_of_program))


def test_a_model_that_the_program_made_up_is_its_doing_where_another_one_has_answered(within: Any) -> None:
    def react(asked: Asked) -> Any:
        return Answer(text="fine") if asked.body["model"] == "m" else Status(code=404)

    async def steps(program: Any) -> None:
        assert (await program.ask(asked_by("/chat/completions", "hi"))).status == 200
        assert (await program.ask(asked_by("/chat/completions", "hi", model="none"))).status == 404

    with ModelServer(react) as server:
        done = within(server, steps)
        assert [asked.body["model"] for asked in server.requests] == ["m", "none", "m"]
    assert (done.gateway.failure, done.trace.usage.turns) == (None, 2)


@pytest.mark.parametrize("code", [400, 401, 402, 422])
def test_an_account_that_ends_right_after_an_answer_is_the_provider_s_doing(within: Any, code: int) -> None:
    async def steps(program: Any) -> None:
        assert (await program.ask()).status == 200
        assert (await program.ask()).status == code

    with ModelServer(script(Answer(text="fine"), Status(code=code))) as server:
        done = within(server, steps)
    assert (done.gateway.failure is not None, done.trace.usage.turns) == (True, 1)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("code", [400, 403, 500])
@pytest.mark.parametrize("is_taken", [False, True], ids=["the task", "what was added"])
def test_a_task_whose_text_the_provider_refuses_is_no_doing_of_the_program(
    within: Any, path: str, code: int, is_taken: bool
) -> None:
    """The program passes it on, and cannot know; what it adds to it is its own."""

    async def steps(program: Any) -> None:
        assert (await program.ask(asked_by(path, "do this: the task"), path)).status == code
        assert (await program.ask(asked_by(path, "do this: the task"), path)).status == code

    def react(asked: Asked) -> Any:
        said = json.dumps(asked.body)
        is_refused = "do this" in said or (not is_taken and "the task" in said)
        return Status(code=code, body=FILTERED) if is_refused else Answer(text="yes")

    with ModelServer(react) as server:
        done = within(server, steps, provider=PATHS[path], attempts=1, instructions="the task")
        said = [json.dumps(body) for body in server.bodies()]
    assert sum("do this" not in each and "the task" in each for each in said) == 1
    assert (done.gateway.failure is None, done.trace.usage.turns) == (is_taken, 2 * is_taken)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/chat/completions", b"{"),
        ("POST", "/v1/chat/completions", b'{"model": "m"}'),
        ("POST", "/v1/chat/completions", json.dumps(HI | {"plugins": [{"id": "web"}]}).encode()),
        ("POST", "/v1/chat/completions", json.dumps(HI | {"model": "perplexity/sonar"}).encode()),
        ("POST", "/v1/files", b"{}"),
        ("GET", "/v1/models/none", b""),
        ("PUT", "/v1/chat/completions", b"{}"),
    ],
)
def test_what_we_refuse_ourselves_is_no_failure_and_not_sent(
    within: Any, method: str, path: str, body: bytes
) -> None:
    async def steps(program: Any) -> None:
        assert (await program.send(method, path, body)).status in {400, 403, 404}

    with ModelServer(script(Status(code=503))) as server:
        done = within(server, steps)
        assert server.requests == []
    assert (done.gateway.failure, done.trace.usage.turns) == (None, 0)


@pytest.mark.slow
def test_a_request_that_is_not_waited_for_is_answered_and_counted_all_the_same(within: Any) -> None:
    async def steps(program: Any) -> None:
        asking = asyncio.create_task(program.ask())
        await program.until(lambda: server.requests)
        asking.cancel()

    with ModelServer(script(Answer(text="late", delay_s=0.5, input_tokens=70, output_tokens=7))) as server:
        done = within(server, steps)
    assert (done.gateway.failure, done.trace.usage.turns, done.trace.usage.spent_tokens) == (None, 1, 77)


@pytest.mark.slow
def test_a_hundred_requests_that_are_broken_off_are_the_programs_own_doing(within: Any) -> None:
    async def steps(program: Any) -> None:
        for _ in range(5):
            before = len(server.requests)
            asking = [asyncio.create_task(program.ask()) for _ in range(20)]
            # However busy this machine is: some are at the provider then, others on their way or not sent yet.
            await program.until(lambda before=before: len(server.requests) > before)
            for each in asking:
                each.cancel()

    with ModelServer(script(Answer(text="fine", delay_s=0.02))) as server:
        done = within(server, steps)
        assert done.trace.usage.turns + len(done.events("model_check")) == len(server.requests) > 0
    assert done.gateway.failure is None


@pytest.mark.slow
def test_a_rate_limit_that_many_requests_bring_about_is_waited_out(within: Any) -> None:
    inside: list[float] = []

    def react(asked: Asked) -> Any:
        # At most four in a twentieth of a second.
        now = asyncio.get_running_loop().time()
        inside[:] = [at for at in inside if now - at < 0.05]
        inside.append(now)
        return Status(code=429, headers={"retry-after-ms": "60"}) if len(inside) > 4 else Answer(text="fine")

    async def steps(program: Any) -> None:
        replies = await asyncio.gather(*(program.ask() for _ in range(24)))
        assert {reply.status for reply in replies} == {200}

    with ModelServer(react) as server:
        done = within(server, steps, attempts=30)
    assert (done.gateway.failure, done.trace.usage.turns) == (None, 24)


def test_a_failure_before_an_answer_is_forgotten_and_one_after_it_is_not(within: Any) -> None:
    async def steps(program: Any) -> None:
        assert (await program.ask()).status == 503
        assert program.gateway.failure is not None
        assert (await program.ask()).status == 200
        assert program.gateway.failure is None
        assert (await program.send("GET", "/v1/models")).status == 404
        assert (await program.ask()).status == 503

    # A 503 is believed without a question.
    with ModelServer(script(Status(code=503), Answer(text="fine"), Status(code=503))) as server:
        done = within(server, steps)
    assert done.gateway.failure is not None
    assert done.trace.usage.turns == 1


def test_a_reply_that_is_cut_once_is_the_providers_doing_until_it_answers_again(within: Any) -> None:
    async def steps(program: Any) -> None:
        reply = await program.ask(streamed(HI))
        assert (reply.status, reply.is_whole) == (200, False)
        await program.until(lambda: len(program.events("model_check")) == 2)
        assert program.gateway.failure is not None
        assert (await program.ask(streamed(HI))).is_whole
        assert program.gateway.failure is None

    with ModelServer(script(Broken(answer=LONG, events=2), Answer(text="fine"))) as server:
        done = within(server, steps)
    assert done.trace.usage.turns == 1


@pytest.mark.slow
def test_a_request_that_is_on_its_way_at_the_end_says_nothing_while_others_are_answered(within: Any) -> None:
    async def steps(program: Any) -> None:
        asking = asyncio.create_task(program.ask(POISON))
        await program.until(lambda: server.requests)
        asking.cancel()

    with ModelServer(only_poison(Broken(answer=LONG, events=0, is_cut=False))) as server:
        done = within(server, steps, patience_s=0.5)
    assert done.gateway.failure is None
    assert done.events("failed")[-1]["message"] == "not answered before the end of the trial"
    assert (done.trace.usage.turns, done.trace.usage.uncounted) == (0, 1)


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
def test_a_provider_that_is_silent_until_the_end_is_the_cause(within: Any, stream: bool) -> None:
    """Also one that sends the head of a reply and then nothing."""

    async def steps(program: Any) -> None:
        asking = asyncio.create_task(program.ask(streamed(HI) if stream else HI))
        await program.until(lambda: server.requests)
        asking.cancel()

    with ModelServer(script(Broken(answer=LONG, events=0, is_cut=False))) as server:
        done = within(server, steps, patience_s=0.5)
    assert done.gateway.failure == "nothing was heard of the model"
    assert done.trace.provider.blame(100.0) is not None


def lost_s(within: Any, reactions: Any, steps: Any, **options: Any) -> float:
    with ModelServer(reactions) as server:
        return float(within(server, steps, **options).trace.provider.lost_s)


async def ask_once(program: Any) -> None:
    assert (await program.ask()).status == 200


LATE = Answer(text="at last")
SOON = {"retry-after-ms": "110"}


@pytest.mark.parametrize(
    ("reactions", "is_lost"),
    [
        (script(Status(code=503, headers=SOON), LATE), True),
        (script(Status(code=500, headers=SOON), LATE), True),
        (script(Status(code=429, headers=SOON), LATE), True),
        (script(Broken(answer=LONG, events=0, is_cut=False), LATE), True),
        (script(LATE), False),
    ],
    ids=["503", "500", "429 before any answer", "silence", "no failure"],
)
def test_time_that_failures_of_the_provider_took_is_the_provider_s(
    within: Any, reactions: Any, is_lost: bool
) -> None:
    lost = lost_s(within, reactions, ask_once, attempts=3, idle_s=0.3)
    assert (0.1 <= lost < 5) == is_lost
    assert is_lost or lost == 0


def test_time_that_a_program_s_own_requests_took_is_not_the_provider_s(within: Any) -> None:
    async def steps(program: Any) -> None:
        for body in (POISON, HI, POISON, HI):
            await program.ask(body)

    assert lost_s(within, only_poison(Status(code=500)), steps, attempts=5) == 0


def test_a_rate_limit_after_an_answer_is_not_the_provider_s_time(within: Any) -> None:
    async def steps(program: Any) -> None:
        await ask_once(program)
        await ask_once(program)

    assert lost_s(within, script(LATE, Status(code=429, headers=SOON), LATE), steps, attempts=3) == 0


@pytest.mark.parametrize(
    ("has_answered", "failure", "is_blameless"),
    [
        (True, {"is_capacity": True, "is_rate_limit": False, "is_alone": False}, True),
        (True, {"is_capacity": False, "is_rate_limit": False, "is_alone": True}, True),
        (False, {"is_capacity": False, "is_rate_limit": False, "is_alone": False}, False),
        (False, {"is_capacity": False, "is_rate_limit": True, "is_alone": True}, True),
        (False, {"is_capacity": False, "is_rate_limit": True, "is_alone": False}, False),
        (True, {"is_capacity": False, "is_rate_limit": True, "is_alone": True}, False),
    ],
)
def test_what_many_requests_could_have_brought_about_is_not_the_provider_s_time(
    has_answered: bool, failure: dict[str, bool], is_blameless: bool
) -> None:
    health = Health(ProviderWatch())
    if has_answered:
        health.answered()
    assert health.is_blameless(**failure) == is_blameless


def test_concurrent_waits_count_once(within: Any) -> None:
    elapsed_s = 0.0

    async def steps(program: Any) -> None:
        nonlocal elapsed_s
        began = time.monotonic()
        await asyncio.gather(*(ask_once(program) for _ in range(6)))
        elapsed_s = time.monotonic() - began

    reactions = script(*[Status(code=503, headers={"retry-after-ms": "300"})] * 6, LATE)
    assert 0.3 <= lost_s(within, reactions, steps, attempts=8) <= elapsed_s


@pytest.mark.parametrize(
    ("lost_s", "is_model_fault"), [(51.0, True), (49.0, False)], ids=["more than half", "less"]
)
def test_a_wall_clock_that_the_provider_used_up_is_its_fault(lost_s: float, is_model_fault: bool) -> None:
    watch = ProviderWatch()
    health = Health(watch)
    health.answered()
    now = time.monotonic()
    health.lost([(now - 2 * lost_s, now - lost_s), (now - 2 * lost_s, now - lost_s)])
    assert (watch.blame(100.0) is not None) == is_model_fault
