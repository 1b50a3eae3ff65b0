"""Takes secrets out of whatever is kept, shown or handed on: by their value, however it is spelled.

What is looked for of each secret: the text itself, as JSON spells it (also within JSON within JSON), as Python and HTML do,
percent-encoded, in hexadecimal, and in base64 wherever it begins in what was encoded, such as the `user:password` of Basic authentication.
Nobody who holds a secret can be kept from spelling it in yet another way; so no agent is given one that it need not have.
"""

import base64
import html
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from urllib.parse import quote, quote_plus

MARK = "[secret]"
# Shorter ones are place-holders such as `EMPTY` or `ollama`, and would be found in honest text.
SHORTEST_SECRET = 12
_NAME_OF_SECRET = re.compile(
    r"API_?KEY|ACCESS_?KEY|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|API_?TOKEN|AUTH_?TOKEN|(^|_)TOKEN$",
    re.IGNORECASE,
)
# How often JSON may have spelled a text that JSON had spelled.
_JSON_DEPTH = 3
# Three bytes are four characters of base64: what depends on the bytes before is left out, by how many there are.
_LEFT_OUT = {0: 0, 1: 2, 2: 3}


class Redactor:
    """Replaces secrets by `[secret]`.

    Args:
        secrets: their values; those of fewer than 12 characters are not looked for.

    Attributes:
        values: the secrets that are looked for.
        byte_forms: all their spellings in UTF-8, the longest first.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        values = {secret.strip() for secret in secrets}
        self.values = sorted(value for value in values if len(value) >= SHORTEST_SECRET)
        # The longest first, so that nothing is left of it where another secret is a part of it.
        self._forms = sorted({form for value in self.values for form in _forms(value)}, key=len, reverse=True)
        self.byte_forms = [form.encode() for form in self._forms]

    def __repr__(self) -> str:
        return f"Redactor({len(self._forms)} forms)"

    @cached_property
    def beginnings(self) -> frozenset[bytes]:
        """What a spelling of a secret may begin with, in bytes, and not be whole."""
        return frozenset(form[:length] for form in self.byte_forms for length in range(1, len(form)))

    @property
    def longest_bytes(self) -> int:
        """How long the longest spelling of a secret is, in bytes of UTF-8; 0 without secrets."""
        return max(map(len, self.byte_forms), default=0)

    def text(self, text: str) -> str:
        """Return the text without any secret."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, MARK)
        return text

    def data(self, data: bytes) -> bytes:
        """Return the content of a file without any secret."""
        for form in self.byte_forms:
            if form in data:
                data = data.replace(form, MARK.encode())
        return data

    def and_of(self, others: Iterable[str]) -> "Redactor":
        """Return one for these secrets as well."""
        return Redactor([*self.values, *others])


class StreamRedactor:
    """Takes secrets out of bytes that come in pieces; what may be the beginning of one waits for the next piece."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._waiting = b""

    def add(self, data: bytes) -> bytes:
        """Take the next bytes and return what can be handed on."""
        beginnings = self._redactor.beginnings
        if not beginnings:
            return data
        found = self._redactor.data(self._waiting + data)
        longest = min(len(found), self._redactor.longest_bytes - 1)
        begun = next((length for length in range(longest, 0, -1) if found[-length:] in beginnings), 0)
        place = len(found) - begun
        self._waiting = found[place:]
        return found[:place]

    def end(self) -> bytes:
        """Return what is left."""
        ready, self._waiting = self._waiting, b""
        return ready


def environment_secrets(variables: Mapping[str, str] = os.environ) -> list[str]:
    """Return the values of all environment variables that are named like secrets."""
    return [value for name, value in variables.items() if is_named_like_a_secret(name)]


def is_named_like_a_secret(name: str) -> bool:
    """Tell whether a variable or an option has a name like `API_KEY` or `password`."""
    return _NAME_OF_SECRET.search(name.replace("-", "_")) is not None


def environment_redactor() -> Redactor:
    """Return a redactor of the secrets in the environment as it is now."""
    return Redactor(environment_secrets(os.environ))


def clean_words(words: Sequence[str], redactor: Redactor) -> tuple[str, ...]:
    """Return the words of a command line without secrets: known ones, and values of what is named like a secret."""
    cleaned: list[str] = []
    is_value = False
    for word in words:
        name, equals, _ = word.partition("=")
        is_named = is_named_like_a_secret(name.lstrip("-"))
        if is_value or (equals and is_named):
            cleaned.append(f"{name}={MARK}" if equals and is_named else MARK)
        else:
            cleaned.append(redactor.text(word))
        is_value = not is_value and is_named and not equals and word.startswith("-")
    return tuple(cleaned)


def _forms(value: str) -> set[str]:
    data = value.encode()
    forms = {value, quote(value, safe=""), quote(value), quote_plus(value), data.hex(), data.hex().upper()}
    forms |= {repr(value)[1:-1], html.escape(value), "".join(f"%{byte:02X}" for byte in data)}
    for is_ascii in (True, False):
        spelled = value
        for _ in range(_JSON_DEPTH):
            spelled = json.dumps(spelled, ensure_ascii=is_ascii)[1:-1]
            # Some writers of JSON escape slashes too.
            forms |= {spelled, spelled.replace("/", "\\/")}
    return forms | _base64_forms(data)


def _base64_forms(data: bytes) -> set[str]:
    """Return the part of base64 that is the same whatever stands before and behind."""
    forms = set()
    for before, left_out in _LEFT_OUT.items():
        whole = (before + len(data)) // 3 * 3
        encoded = base64.b64encode((b"\0" * before + data)[:whole]).decode()[left_out:]
        forms |= {encoded, encoded.replace("+", "-").replace("/", "_"), encoded.replace("/", "\\/")}
    return forms
