"""Replies are kept on disk, told apart by all that decides them, and never hold a key."""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest

from itbench.host.cache import cache_dir
from itbench.interfaces.conversation import AssistantMessage, Native, Stop, TokenUse, ToolCall
from itbench.models.http.cache import ReplyCache, request_key
from itbench.models.reply.codec import Draft
from itbench.testing.model_server import Answer, ModelServer, Raw, Status, script

APIS = pytest.mark.parametrize("api", ["chat", "responses", "messages"])
DRAFT = Draft(
    message=AssistantMessage(
        text="Hellö 🚀",
        calls=(ToolCall(id="a", name="execute", arguments="{"),),
        native=Native(api="chat", value={"role": "assistant", "content": None, "more": [1, {"x": None}]}),
    ),
    stop=Stop.TOOLS,
    use=TokenUse(input_tokens=5, cached_tokens=1, output_tokens=2),
)
BARE = Draft(message=AssistantMessage(), stop=Stop.END, use=None)


@pytest.mark.parametrize("draft", [DRAFT, BARE])
def test_a_reply_comes_back_as_it_was_kept(tmp_path: Path, draft: Draft) -> None:
    cache = ReplyCache(tmp_path / "below" / "replies.sqlite")
    assert cache.find(b"key") is None
    cache.keep(b"key", draft)
    cache.close()
    assert cache.find(b"key") == draft
    cache.close()


def test_the_first_reply_of_a_key_stays(tmp_path: Path) -> None:
    cache = ReplyCache(tmp_path / "replies.sqlite")
    cache.keep(b"key", DRAFT)
    cache.keep(b"key", BARE)
    assert cache.find(b"key") == DRAFT
    cache.close()


@pytest.mark.parametrize("kind", ["a folder", "a file above"])
def test_a_cache_that_cannot_be_there_keeps_nothing_and_breaks_nothing(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "below" / "replies.sqlite"
    if kind == "a file above":
        path.parent.touch()
    else:
        path.mkdir(parents=True)
    cache = ReplyCache(path)
    assert cache.find(b"key") is None
    cache.keep(b"key", DRAFT)
    assert cache.find(b"key") is None
    cache.close()


def test_a_cache_that_is_no_database_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "replies.sqlite"
    path.write_text("no database " * 100)
    cache = ReplyCache(path)
    assert cache.find(b"key") is None
    cache.keep(b"key", DRAFT)
    assert cache.find(b"key") == DRAFT
    cache.close()


@pytest.mark.parametrize(
    "data", [b"", b"no zlib", "text", 5, None, zlib.compress(b"[]"), zlib.compress(b'{"message": 1}')]
)
def test_a_reply_that_cannot_be_read_is_asked_for_and_kept_anew(tmp_path: Path, data: object) -> None:
    cache = ReplyCache(tmp_path / "replies.sqlite")
    cache.keep(b"key", BARE)
    cache._open().execute("UPDATE reply SET data = ?", (data,))
    assert cache.find(b"key") is None
    cache.keep(b"key", DRAFT)
    assert cache.find(b"key") == DRAFT
    cache.close()


def _damaged_caches(tmp_path: Path, count: int) -> int:
    """Flip bits all over a cache of replies, and return how many were read or made anew without an error."""
    whole = tmp_path / "whole.sqlite"
    cache = ReplyCache(whole)
    for number in range(40):
        cache.keep(b"%d" % number, DRAFT)
    cache.close()
    data, chance = whole.read_bytes(), Random(20260127)
    for each in range(count):
        path = tmp_path / f"{each}.sqlite"
        changed = bytearray(data)
        for _ in range(chance.randint(1, 30)):
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        path.write_bytes(changed if each % 3 else changed[: chance.randrange(len(changed))])
        cache = ReplyCache(path)
        found = [cache.find(b"%d" % number) for number in range(40)]
        assert set(map(repr, found)) <= {"None", repr(DRAFT)}
        cache.keep(b"new", BARE)
        cache.close()
        path.unlink()
    return count


def test_damage_of_the_cache_costs_replies_and_nothing_else(tmp_path: Path) -> None:
    assert _damaged_caches(tmp_path, 20) == 20


@pytest.mark.soak
def test_much_damage_of_the_cache_costs_replies_and_nothing_else(tmp_path: Path) -> None:
    assert _damaged_caches(tmp_path, 1000) == 1000


def test_everything_that_decides_a_reply_is_in_the_key() -> None:
    usual = ("openai", "https://a.invalid", "chat", 1, {"model": "m", "messages": []})
    others = [
        ("other", *usual[1:]),
        (usual[0], "https://b.invalid", *usual[2:]),
        (*usual[:2], "responses", *usual[3:]),
        (*usual[:3], 2, usual[4]),
        (*usual[:4], {"model": "m", "messages": [], "seed": 1}),
    ]
    assert len({request_key(*request) for request in [usual, *others]}) == 6
    assert request_key(*usual[:4], {"messages": [], "model": "m"}) == request_key(*usual)


@pytest.mark.slow
def test_many_threads_may_use_it_at_once(tmp_path: Path) -> None:
    caches = [ReplyCache(tmp_path / "replies.sqlite") for _ in range(4)]

    def use(number: int) -> Draft | None:
        cache = caches[number % 4]
        cache.keep(bytes([number % 50]), DRAFT)
        return cache.find(bytes([number % 50]))

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda number: use(number) == DRAFT, range(400))) == {True}
    for cache in caches:
        cache.close()


KEEPER = """
import sys
from pathlib import Path
from itbench.models.http.cache import ReplyCache
from itbench.models.reply.codec import Draft
from itbench.interfaces.conversation import AssistantMessage, Stop
cache = ReplyCache(Path(sys.argv[1]))
for number in range(200):
    cache.keep(b"%d" % number, Draft(message=AssistantMessage(text=str(number)), stop=Stop.END, use=None))
"""


@pytest.mark.slow
def test_many_processes_may_use_it_at_once(tmp_path: Path) -> None:
    path = tmp_path / "replies.sqlite"
    words = [sys.executable, "-c", KEEPER, str(path)]
    keepers = [subprocess.Popen(words, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [keeper.communicate()[1] for keeper in keepers] == [""] * 3
    cache = ReplyCache(path)
    found = [cache.find(b"%d" % number) for number in range(200)]
    cache.close()
    assert [draft and draft.message.text for draft in found] == [str(number) for number in range(200)]


@pytest.mark.slow
@APIS
def test_the_same_request_is_asked_once(asker: Any, api: str) -> None:
    answer = Answer(text="Hello.", thinking="Hm.", calls=[("execute", {})], input_tokens=5)
    with ModelServer(script(answer, Answer(text="Not again."))) as server:
        first = asker(server, api).ask(cache="yes", price="1/1")
        again = asker(server, api).ask(cache="yes", price="1/1")
    assert len(server.requests) == 1
    assert (first.from_cache, again.from_cache) == (False, True)
    assert (again.message, again.use, again.cost_usd) == (first.message, first.use, first.cost_usd)


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings", [{"draw": 1}, {"seed": 1}, {"temperature": 0.1}, {"max_tokens": 5}, {"effort": "low"}]
)
def test_another_draw_or_setting_is_asked_anew(asker: Any, settings: dict[str, Any]) -> None:
    with ModelServer(script(Answer(text="Hello."))) as server:
        asker(server).ask(cache="yes")
        asker(server).ask(cache="yes", settings=settings)
    assert len(server.requests) == 2


@pytest.mark.slow
def test_the_cache_can_be_left_out(asker: Any) -> None:
    with ModelServer(script(Answer(text="Hello."))) as server:
        asker(server).ask(cache="no")
        asker(server).ask(cache="no")
    assert len(server.requests) == 2
    assert not (cache_dir() / "models").exists()


@pytest.mark.slow
def test_a_failure_is_not_kept(asker: Any) -> None:
    with ModelServer(script(Status(code=500), Answer(text="Hello."))) as server:
        assert asker(server).ask(cache="yes").message.text == "Hello."
        assert asker(server).ask(cache="yes").failures == ()


def chat_stream(delta: Any, finish: str | None) -> Raw:
    chunks = [{"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}]
    chunks.append({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 3}})
    return Raw(
        body="".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks).encode() + b"data: [DONE]\n\n"
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("api", "oddity"),
    [
        *((api, Answer(text="I will not.", stop="refusal")) for api in ("chat", "responses", "messages")),
        *((api, Answer()) for api in ("chat", "responses", "messages")),
        *((api, Answer(text=" \n")) for api in ("chat", "responses", "messages")),
        ("chat", chat_stream({"content": "I c"}, "content_filter")),
        ("chat", chat_stream({"content": "I can"}, None)),
        ("chat", chat_stream({"content": ""}, "content_filter")),
        ("chat", chat_stream({"content": "I can"}, "sensitive")),
    ],
)
def test_an_oddity_is_not_kept(asker: Any, api: str, oddity: Any) -> None:
    with ModelServer(script(oddity, Answer(text="Hello."))) as server:
        first = asker(server, api).ask(cache="yes")
        again = asker(server, api).ask(cache="yes")
        last = asker(server, api).ask(cache="yes")
    assert (first.from_cache, first.failures, again.from_cache, last.from_cache) == (False, (), False, True)
    assert (again.message.text, last.message.text) == ("Hello.", "Hello.")


@pytest.mark.parametrize("stop", [None, "length"])
def test_a_reply_that_ends_as_it_should_is_kept(asker: Any, stop: str | None) -> None:
    with ModelServer(script(Answer(text="Hello.", stop=stop), Answer(text="Not again."))) as server:
        asker(server).ask(cache="yes")
        assert asker(server).ask(cache="yes").from_cache


def test_each_attempt_at_a_trial_draws_anew_and_the_first_as_the_seed_says() -> None:
    from itbench import Trace

    draws = [Trace(seed=5, attempt=attempt).draw for attempt in range(5)]
    assert draws[0] == 5
    assert len(set(draws)) == 5
    assert draws == [Trace(seed=5, attempt=attempt).draw for attempt in range(5)]
    assert Trace(seed=6, attempt=1).draw not in draws


def test_the_file_has_no_key_and_is_for_its_owner_only(asker: Any, planted_key: str) -> None:
    with ModelServer(script(Answer(text=f"It is {planted_key}."))) as server:
        asker(server).ask(cache="yes")
    path = cache_dir() / "models" / "replies.sqlite"
    cache = ReplyCache(path)
    rows = cache._open().execute("SELECT key, data FROM reply").fetchall()
    cache.close()
    assert len(rows) == 1
    assert planted_key.encode() not in rows[0][0] + zlib.decompress(rows[0][1])
    assert path.stat().st_mode & 0o077 == 0


def test_the_key_of_the_api_is_no_part_of_the_key_of_the_reply(
    asker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ModelServer(script(Answer(text="Hello."))) as server:
        asker(server).ask(cache="yes")
        monkeypatch.setenv("PLANTED_KEY", "sk-another-0123456789")
        assert asker(server).ask(cache="yes").from_cache


def test_a_cached_reply_needs_no_server(asker: Any) -> None:
    with ModelServer(script(Answer(text="Hello."))) as server:
        found = asker(server)
        found.ask(cache="yes")
    assert asyncio.run(found.asking(cache="yes")).message.text == "Hello."


def _row(change: Any) -> bytes:
    data: Any = {
        "key": b"key".hex(),
        "message": {"text": "a", "calls": [{"id": "a", "name": "b", "arguments": "{}"}], "native": None},
        "stop": "end",
        "use": {"input_tokens": 5},
        "has_ending": True,
    }
    return zlib.compress(change(data) if callable(change) else json.dumps(data | change).encode())


SAID: Any = {"text": "a", "calls": [], "native": None}


@pytest.mark.parametrize(
    "row",
    [
        _row({"key": b"another".hex()}),
        _row({"message": SAID | {"text": 5}}),
        _row({"message": SAID | {"text": None}}),
        _row({"message": SAID | {"calls": [{"id": 1, "name": "b", "arguments": "{}"}]}}),
        _row({"message": SAID | {"calls": [{"id": "a", "name": "b", "arguments": {}}]}}),
        _row({"message": SAID | {"calls": [{"id": "a", "name": "b"}]}}),
        _row({"message": SAID | {"calls": {"a": "b"}}}),
        _row({"message": [SAID]}),
        _row({"message": SAID | {"native": {"api": "chat"}}}),
        _row({"stop": "whenever"}),
        _row({"use": {"input_tokens": "5"}}),
        _row({"use": {"input_tokens": -5}}),
        _row({"use": {"input_tokens": 1e20}}),
        _row({"use": {"input_tokens": True}}),
        _row({"use": [1]}),
        _row(lambda _: b"[" * 100_000),
        _row(lambda _: b"[]"),
        _row(lambda _: b"9" * 5_000),
        _row({})[:-5],
        b"",
    ],
)
def test_a_row_that_is_no_reply_to_this_request_is_none_and_is_asked_for_anew(
    tmp_path: Path, row: bytes
) -> None:
    """Swapped between two requests, of other types, nested, cut: none becomes an error in the middle of a trial."""
    cache = ReplyCache(tmp_path / "replies.sqlite")
    cache.keep(b"key", DRAFT)
    with closing(sqlite3.connect(tmp_path / "replies.sqlite")) as connection:
        connection.execute("UPDATE reply SET data = ?", (row,))
        connection.commit()
    assert cache.find(b"key") is None
    cache.keep(b"key", BARE)
    assert cache.find(b"key") == BARE
    cache.close()


@pytest.mark.parametrize("kind", ["pipe", "device", "link to nothing", "link to itself"])
def test_a_cache_that_is_no_plain_file_is_not_waited_for(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "replies.sqlite"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(
            {"device": "/dev/full", "link to nothing": tmp_path / "no" / "file", "link to itself": path}[kind]
        )
    cache = ReplyCache(path)
    cache.keep(b"key", DRAFT)
    assert cache.find(b"key") is None
    cache.close()
