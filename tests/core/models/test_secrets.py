"""A secret is found by its value, however it is spelled."""

import base64
import json
from urllib.parse import quote

import pytest

from itbench.models.secrets import Redactor, environment_secrets
from itbench.models.text import map_texts, sound

KEY = 'sk-"ünusual"/key+with\\all='


@pytest.mark.parametrize(
    "spelled",
    [
        KEY,
        json.dumps(KEY),
        json.dumps(KEY, ensure_ascii=False),
        quote(KEY, safe=""),
        base64.b64encode(KEY.encode()).decode(),
    ],
    ids=["as it is", "JSON", "JSON in Unicode", "URL", "base64"],
)
def test_a_secret_is_found_however_it_is_spelled(spelled: str) -> None:
    clean = Redactor([KEY]).text(f"before {spelled} after")
    assert "[secret]" in clean
    assert "usual" not in clean
    assert clean.startswith("before ")
    assert clean.endswith(" after")


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
