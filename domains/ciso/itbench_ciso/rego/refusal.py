"""Built-in functions of Rego that a policy may not name, because a check of manifests has no business there."""

from collections.abc import Mapping

from itbench_ciso.rego.tokens import Token, tokens

REFUSED: Mapping[str, str] = {
    "http.send": "it reaches the network",
    "net.lookup_ip_addr": "it reaches the network",
    "opa.runtime": "it tells the environment of the process",
    "rego.parse_module": "it reads further policies while the policy runs",
}
_PARTS = {tuple(name.split(".")): name for name in REFUSED}


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
    first = found[place]
    if first.kind != "name" or (place and found[place - 1].is_sign(".")):
        return None
    after = found[place + 1 : place + 4]
    signs = [token.text if token.kind == "sign" else token.kind for token in after]
    if signs[:2] == [".", "name"]:
        return _PARTS.get((first.text, after[1].text))
    if signs == ["[", "string", "]"]:
        return _PARTS.get((first.text, after[1].text))
    return None
