"""Whether what is said while one waits can be drawn anew in place."""

import os
import sys

# Terminals that cannot move the cursor.
_DUMB = frozenset({"dumb", "unknown"})


def can_be_redrawn() -> bool:
    """Tell whether standard error is a terminal on which lines can be drawn over others."""
    return sys.stderr.isatty() and os.environ.get("TERM", "") not in _DUMB
