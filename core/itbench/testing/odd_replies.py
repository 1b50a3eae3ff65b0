"""Spoils what a scripted model says, as servers, proxies and lines do: no reader may trip over any of it."""

import copy
import json
import random
from collections.abc import Callable, Iterator, Sequence

from itbench.interfaces.json import JsonObject, JsonValue
from itbench.testing.model_answers import Answer, Raw, events_of
from itbench.testing.model_wholes import whole_of
from itbench.testing.troubles import error_bodies

# Text that stands in JSON where a value was; some of it only a lenient reader takes for JSON.
_SPELLED = (
    "null", "true", "false", "0", "-1", "7", "3.0", "2.5", "1e20", "1e999", "-1e999", "NaN", "Infinity", "-Infinity",
    "9" * 400, "9" * 5000, '""', '" "', '"7"', '"x"', '"\\ud83d"', '"\\u0000"', "[]", "{}", "[null]", "[[]]", '["x"]',
    '{"a": 1}', '[{"a": 1}]', "[" * 70 + "]" * 70, '{"a":' * 1100 + "1" + "}" * 1100, '"' + "x" * 3000 + '"',
)  # fmt: skip
_ANSWERS = (
    Answer(
        text="I look around.",
        calls=[("execute", {"command": "ls"}), ("execute", {"command": "pwd"})],
        thinking="Hm.",
    ),
    Answer(calls=[("finish", {})], cached_tokens=40, cache_write_tokens=10, reasoning_tokens=3),
    Answer(text="No more than a text, 🚀.", piece=3),
    Answer(text="I can", stop="length"),
    Answer(text="I will not.", stop="refusal"),
    Answer(calls=[("execute", '{"command": "l')], tells_use=False),
)
_MOST_CHANGES = 4


class _Spelled(str):
    """JSON that stands for itself; as text it could not be told from a text."""

    __slots__ = ()


def odd_reply(api: str, chance: random.Random) -> Raw:
    """Return a reply with a few things wrong: types, names, order, repetitions, errors, cuts, labels.

    Args:
        api: `chat`, `responses` or `messages`.
        chance: decides what.
    """
    answer = chance.choice(_ANSWERS)
    is_stream = chance.random() < 0.6
    if is_stream:
        events = [_data(event) for event in events_of(answer, api, "m", 0)]
        body = _stream(_changed(events, api, chance), chance)
    else:
        (whole,) = _changed([whole_of(answer, api, "m", 0)], api, chance, is_list=False)
        body = _text(whole).encode("utf-8", "surrogatepass")
    labels = (
        ("text/event-stream", "application/json") if is_stream else ("application/json", "text/event-stream")
    )
    label = chance.choices((*labels, "text/plain", "application/octet-stream"), (12, 1, 1, 1))[0]
    return Raw(body=_damaged(body, chance), content_type=label)


def pieces(body: bytes, chance: random.Random) -> Iterator[bytes]:
    """Give a body in pieces that are cut anywhere, also within a character."""
    at = 0
    while at < len(body):
        size = chance.choice((1, 2, 7, 60, 1000, 60_000))
        yield body[at : at + size]
        at += size


def _data(event: bytes) -> JsonValue:
    text = event.decode().rpartition("data: ")[2].strip()
    return _Spelled(text) if text == "[DONE]" else json.loads(text)


def _changed(
    documents: list[JsonValue], api: str, chance: random.Random, *, is_list: bool = True
) -> list[JsonValue]:
    for _ in range(chance.randint(1, _MOST_CHANGES)):
        changes: list[Callable[[list[JsonValue], str, random.Random], object]] = [_spoil_inside] * 5
        if is_list:
            changes += [_repeat, _drop, _swap, _insert_error]
        else:
            changes += [_replace_by_error] if chance.random() < 0.3 else []
        chance.choice(changes)(documents, api, chance)
    return documents


def _repeat(documents: list[JsonValue], _: str, chance: random.Random) -> None:
    documents.insert(chance.randint(0, len(documents)), copy.deepcopy(chance.choice(documents or [{}])))


def _drop(documents: list[JsonValue], _: str, chance: random.Random) -> None:
    if documents:
        documents.pop(chance.randrange(len(documents)))


def _swap(documents: list[JsonValue], _: str, chance: random.Random) -> None:
    if len(documents) > 1:
        one, other = chance.sample(range(len(documents)), 2)
        documents[one], documents[other] = documents[other], documents[one]


def _insert_error(documents: list[JsonValue], api: str, chance: random.Random) -> None:
    documents.insert(chance.randint(0, len(documents)), chance.choice(error_bodies(api)))


def _replace_by_error(documents: list[JsonValue], api: str, chance: random.Random) -> None:
    error = chance.choice(error_bodies(api))
    # An error may also stand beside what a reply has.
    documents[0] = (
        error if chance.random() < 0.5 or not isinstance(documents[0], dict) else documents[0] | error
    )


def _spoil_inside(documents: list[JsonValue], _: str, chance: random.Random) -> None:
    places = [place for document in documents for place in _places(document)]
    if not places:
        return
    holder, key = chance.choice(places)
    kind = chance.randrange(6)
    value = holder[key]
    if kind == 0 and isinstance(holder, dict):
        del holder[key]
    elif kind == 1 and isinstance(holder, dict):
        holder[chance.choice(("Id", "kind", "x", f"{key}s"))] = holder.pop(key)
    elif kind == 2 and isinstance(value, list) and value:
        value.insert(0, copy.deepcopy(value[-1]))
    elif kind == 3:
        holder[key] = chance.choice(
            ([value], {"value": value}, {key: value} if isinstance(key, str) else [value, value])
        )
    elif kind == 4 and isinstance(value, str) and not isinstance(value, _Spelled):
        holder[key] = _reread(value)
    else:
        holder[key] = _Spelled(chance.choice(_SPELLED))


def _places(value: JsonValue) -> Iterator[tuple[JsonValue, JsonValue]]:
    """Give every place in a JSON value as its holder and its key or index."""
    keys: Sequence[JsonValue] = list(value) if isinstance(value, dict) else []
    keys = range(len(value)) if isinstance(value, list) else keys
    for key in keys:
        yield value, key
        yield from _places(value[key])


def _reread(text: str) -> JsonValue:
    """Return what a text would be as JSON: arguments as an object, ids as numbers."""
    try:
        return json.loads(text)
    except ValueError:
        return len(text)


def _stream(documents: list[JsonValue], chance: random.Random) -> bytes:
    end = chance.choice(("\n\n", "\n\n", "\r\n\r\n", "\n\n\n"))
    lines = []
    for document in documents:
        kind = document.get("type") if isinstance(document, dict) else None
        name = (
            f"event: {kind}\n" if isinstance(kind, str) and kind.isascii() and chance.random() < 0.9 else ""
        )
        comment = ": keep-alive\n\n" if chance.random() < 0.05 else ""
        lines.append(f"{comment}{name}data: {_text(document)}{end}")
    return "".join(lines).encode("utf-8", "surrogatepass")


def _damaged(body: bytes, chance: random.Random) -> bytes:
    kind = chance.randrange(30)
    place = chance.randint(0, len(body))
    if kind == 0:
        return body[:place]
    if kind == 1:
        return body[:place] + bytes([chance.randrange(256)]) + body[place:]
    if kind == 2:
        return body[:place] + body[place + 1 :]
    if kind == 3:
        return chance.choice(
            (b"", b"\n\n", b"<html>busy</html>", b"upstream connect error", b"null", b'"text"', b"[]")
        )
    if kind == 5:
        return body.replace(b"{", b'{"index": 0, "type": null, ', 1)
    return b"\xef\xbb\xbf" + body if kind == 4 else body


def _text(value: JsonValue) -> str:
    """Return JSON in which what is spelled already stands as it is."""
    if isinstance(value, _Spelled):
        return str.__str__(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {_text(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    return json.dumps(value)


def odd_object(document: JsonObject, chance: random.Random) -> JsonObject:
    """Return a JSON object with one thing in it spoilt, such as the body of an error."""
    documents: list[JsonValue] = [json.loads(json.dumps(document))]
    _spoil_inside(documents, "", chance)
    found: JsonObject = json.loads(json.dumps(documents[0]))
    return found
