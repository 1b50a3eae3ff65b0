"""Built-in functions of Rego that a policy may not name: a verdict depends on the input and the policy, and on nothing else."""

from collections.abc import Mapping

from itbench_ciso.engines.inside.rego_tokens import Token, tokens

_NETWORK = "it reaches the network"
_SCHEMA = "a schema can refer to files and addresses"
_TIME = "it depends on the current time"
_RANDOM = "it depends on random numbers"
REFUSED: Mapping[str, str] = {
    "crypto.x509.parse_and_verify_certificates": _TIME,
    "crypto.x509.parse_and_verify_certificates_with_options": _TIME,
    "http.send": _NETWORK,
    "io.jwt.decode_verify": _TIME,
    "io.jwt.encode_sign": _RANDOM,
    "io.jwt.encode_sign_raw": _RANDOM,
    "json.match_schema": _SCHEMA,
    "json.verify_schema": _SCHEMA,
    "net.lookup_ip_addr": _NETWORK,
    "opa.runtime": "it tells the environment of the process",
    "rand.intn": _RANDOM,
    "rego.parse_module": "it reads further policies while the policy runs",
    "time.now_ns": _TIME,
    "uuid.rfc4122": _RANDOM,
}
"""What is refused, and why."""

_PARTS = {tuple(name.split(".")): name for name in REFUSED}
_LONGEST = max(map(len, _PARTS))


def refusal(text: str) -> str | None:
    """Return why a policy is refused before it runs, or None.

    A built-in counts as named wherever its name stands as a reference (`http.send`, `http["send"]`, also after `with`),
    not in strings, comments, and not as a part of a longer reference such as `input.http.send`.
    """
    found = list(tokens(text))
    for place, token in enumerate(found):
        named = _named(found, place)
        if named is not None:
            return f"the built-in {named!r} in line {token.line} is refused: {REFUSED[named]}"
    return None


def _named(found: list[Token], place: int) -> str | None:
    """Return the refused built-in whose name begins here."""
    first = found[place]
    if first.kind != "name" or (place and found[place - 1].is_sign(".")):
        return None
    parts = [first.text]
    while len(parts) < _LONGEST:
        after = found[place + 1 : place + 4]
        signs = [token.text if token.kind == "sign" else token.kind for token in after]
        if signs[:2] == [".", "name"]:
            step = 2
        elif signs == ["[", "string", "]"]:
            step = 3
        else:
            break
        parts.append(after[1].text)
        place += step
    return next((name for key, name in _PARTS.items() if tuple(parts[: len(key)]) == key), None)
