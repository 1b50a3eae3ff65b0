"""Takes secrets out of whatever leaves: by their value, wherever they stand."""

import base64
import json
import os
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote

# Shorter ones are place-holders such as `EMPTY` or `ollama`, and would be found in honest text.
SHORTEST_SECRET = 12
_NAME_OF_SECRET = re.compile(
    r"API_?KEY|ACCESS_?KEY|SECRET|PASSWORD|PASSPHRASE|API_?TOKEN|AUTH_?TOKEN|(^|_)TOKEN$", re.IGNORECASE
)


class Redactor:
    """Replaces secret values by a mark, also where JSON, a URL or base64 has spelled them differently."""

    def __init__(self, secrets: Iterable[str]) -> None:
        values = {secret.strip() for secret in secrets}
        self._forms = sorted(
            {form for value in values if len(value) >= SHORTEST_SECRET for form in _forms(value)},
            key=len,
            reverse=True,
        )

    def __repr__(self) -> str:
        return f"Redactor({len(self._forms)} forms)"

    def text(self, text: str) -> str:
        """Return the text without any secret."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, "[secret]")
        return text


def environment_secrets(variables: Mapping[str, str] = os.environ) -> list[str]:
    """Return the values of all environment variables that are named like secrets."""
    return [value for name, value in variables.items() if _NAME_OF_SECRET.search(name)]


def _forms(value: str) -> set[str]:
    plain = json.dumps(value)[1:-1]
    unicode = json.dumps(value, ensure_ascii=False)[1:-1]
    # The last characters of base64 depend on what follows, such as the end of the line.
    data = value.encode()
    encoded = base64.b64encode(data[: len(data) // 3 * 3]).decode()
    return {value, plain, unicode, quote(value, safe=""), encoded}
