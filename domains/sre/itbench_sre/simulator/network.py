"""Which services can reach which."""

from __future__ import annotations


class Network:
    """Paths that are cut: packets vanish, so that callers find out by waiting."""

    def __init__(self) -> None:
        self.cut: set[tuple[str, str]] = set()
        self.denied: set[str] = set()
        self.delays_us: dict[tuple[str, str], int] = {}

    def is_blocked(self, caller: str, callee: str) -> bool:
        """Whether packets of a caller do not arrive at a callee (or the answers do not come back)."""
        if not self.cut and not self.denied:
            return False
        return callee in self.denied or (caller, callee) in self.cut or (callee, caller) in self.cut
