"""A secret is found by its value, however it is spelled."""

import base64
import json
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, strategies as st

from itbench.interfaces.json import map_texts
from itbench.models.reply.text import sound
from itbench.text.redaction import Redactor, StreamRedactor, clean_words, environment_secrets

KEY = 'sk-"ünusual"/key+with\\all='


@pytest.mark.parametrize(
    "spelled",
    [
        KEY,
        json.dumps(KEY),
        json.dumps(KEY, ensure_ascii=False),
        quote(KEY, safe=""),
        base64.b64encode(KEY.encode()).decode(),
        json.dumps({"a": json.dumps({"b": KEY})}),
        json.dumps({"a": json.dumps({"b": json.dumps(KEY)})}, ensure_ascii=False),
        quote_plus(KEY),
        quote(KEY),
        "".join(f"%{byte:02X}" for byte in KEY.encode()),
        KEY.encode().hex(),
        KEY.encode().hex().upper(),
        base64.urlsafe_b64encode(KEY.encode()).decode(),
        json.dumps(KEY).replace("/", "\\/"),
    ],
)
def test_a_secret_is_found_however_it_is_spelled(spelled: str) -> None:
    clean = Redactor([KEY]).text(f"before {spelled} after")
    assert "[secret]" in clean
    assert "usual" not in clean
    assert clean.startswith("before ")
    assert clean.endswith(" after")


SECRETS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=12, max_size=80).filter(
    lambda value: len(value.strip()) >= 12
)


@given(secret=SECRETS, before=st.binary(max_size=7), after=st.binary(max_size=7))
def test_base64_holds_no_secret_wherever_it_begins(secret: str, before: bytes, after: bytes) -> None:
    secret = secret.strip()
    encoded = base64.b64encode(before + secret.encode() + after).decode()
    clean = Redactor([secret]).text(encoded)
    assert "[secret]" in clean
    # All that is left are characters that depend on what stands before or behind.
    assert len(clean.replace("[secret]", "")) <= len(base64.b64encode(before + after)) + 8


@pytest.mark.slow
@given(
    secret=SECRETS, pieces=st.lists(st.integers(1, 40), max_size=8), spelling=st.sampled_from([str, quote])
)
def test_a_secret_is_found_however_a_stream_is_cut(secret: str, pieces: list[int], spelling: Any) -> None:
    secret = secret.strip()
    data = f"before {spelling(secret)} and {secret} after".encode()
    stream = StreamRedactor(Redactor([secret]))
    given, place = [], 0
    for size in [*pieces, len(data)]:
        given.append(stream.add(data[place : place + size]))
        place += size
    clean = b"".join([*given, stream.end()])
    assert secret.encode() not in clean
    assert spelling(secret).encode() not in clean
    assert clean.startswith(b"before [secret]")


@given(data=st.binary(max_size=300), size=st.integers(1, 50))
def test_a_stream_without_secrets_comes_as_it_is(data: bytes, size: int) -> None:
    stream = StreamRedactor(Redactor([KEY]))
    pieces = [stream.add(data[at : at + size]) for at in range(0, len(data), size)]
    assert b"".join([*pieces, stream.end()]) == data


def test_what_cannot_be_the_beginning_of_a_secret_does_not_wait() -> None:
    stream = StreamRedactor(Redactor(["sk-0123456789abcdef"]))
    assert stream.add(b"data: hello\n\n") == b"data: hello\n\n"
    assert stream.add(b"data: sk-0123") == b"data: "
    assert stream.add(b"not") == b"sk-0123not"


@pytest.mark.parametrize(
    ("words", "clean"),
    [
        (("agent", "--fast", "x"), ("agent", "--fast", "x")),
        (("agent", "--api-key", "abc", "--n", "3"), ("agent", "--api-key", "[secret]", "--n", "3")),
        (("agent", "--api_key=abc"), ("agent", "--api_key=[secret]")),
        (("env", "OPENAI_API_KEY=abc", "agent"), ("env", "OPENAI_API_KEY=[secret]", "agent")),
        (("agent", "--password", "--verbose"), ("agent", "--password", "[secret]")),
        (("curl", "-u", f"me:{KEY}"), ("curl", "-u", "me:[secret]")),
        (("sh", "-c", f"run --key {KEY}"), ("sh", "-c", "run --key [secret]")),
        (("agent", "tokens", "secret", "keyboard=1"), ("agent", "tokens", "secret", "keyboard=1")),
    ],
)
def test_words_of_a_command_line_lose_their_secrets(words: tuple[str, ...], clean: tuple[str, ...]) -> None:
    assert clean_words(words, Redactor([KEY])) == clean


def test_files_lose_their_secrets() -> None:
    assert Redactor([KEY]).data(b"\xff\0" + KEY.encode() + b"\0") == b"\xff\0[secret]\0"


def test_a_place_holder_is_no_secret() -> None:
    assert Redactor(["EMPTY", "", "ollama"]).text("an EMPTY ollama") == "an EMPTY ollama"


def test_a_secret_within_another_leaves_nothing_behind() -> None:
    redactor = Redactor(["sk-0123456789", "sk-0123456789-and-more"])
    assert redactor.text("x sk-0123456789-and-more x sk-0123456789 x") == "x [secret] x [secret] x"


def test_all_texts_of_a_value_are_changed() -> None:
    value = {KEY: [KEY, 1, None, {"deep": KEY}]}
    clean = map_texts(value, Redactor([KEY]).text)
    assert clean == {"[secret]": ["[secret]", 1, None, {"deep": "[secret]"}]}


def test_the_environment_is_searched_by_name() -> None:
    secret = [
        "OPENAI_API_KEY",
        "MY_SECRET",
        "HF_TOKEN",
        "GH_AUTH_TOKEN",
        "DB_PASSWORD",
        "AWS_SECRET_ACCESS_KEY",
    ]
    plain = ["PATH", "KEYBOARD", "TOKENIZERS_PARALLELISM", "MAX_TOKENS"]
    variables = {name: f"value of {name}" for name in [*secret, *plain]}
    assert environment_secrets(variables) == [f"value of {name}" for name in secret]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("plain", "plain"),
        ("ü🚀", "ü🚀"),
        ("\ud83d\ude80", "🚀"),
        ("a\ud83d", "a\ufffd"),
        ("\ude80b", "\ufffdb"),
    ],
)
def test_text_can_always_be_sent(text: str, whole: str) -> None:
    assert sound(text) == whole
