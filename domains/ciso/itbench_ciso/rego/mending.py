"""Lets regopy understand policies as the language has them.

rego-cpp 1.5.2 takes `not` inside `every` for true, does not parse `every` right behind `if`, nor `some k, v in ...` in
comprehensions. Policies are said in other words where they have these; all else stays as it is written.
"""

from itbench_ciso.rego.every import without_every
from itbench_ciso.rego.some import without_some

_LONGEST = 64 * 1024


def mended(text: str) -> str:
    """Return a policy that regopy understands and that means the same; a very long one stays as it is."""
    if len(text) > _LONGEST:
        return text
    return without_some(without_every(text))
