"""Which brackets of a policy belong together."""

from collections.abc import Sequence

from itbench_ciso.rego.tokens import Token

OPEN, CLOSE = "([{", ")]}"


def closing(found: Sequence[Token], place: int) -> int | None:
    """Return the place of the bracket that closes the one at `place`, or None."""
    depth = 0
    for at in range(place, len(found)):
        depth += found[at].is_sign(*OPEN) - found[at].is_sign(*CLOSE)
        if depth == 0:
            return at
    return None


def ends_a_term(token: Token) -> bool:
    """Tell whether a term may end with this token."""
    return token.kind != "sign" or token.is_sign(*CLOSE)
