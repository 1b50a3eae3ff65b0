"""Made-up names: short, opaque, and different even when case is ignored."""

from itbench.kit import Randomness

# Without 0, O, 1, l and I, which people mistake for each other.
_LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class Names:
    """Gives names, none twice."""

    def __init__(self, random: Randomness) -> None:
        self._random = random
        self._taken: set[str] = set()

    def new(self, length: int) -> str:
        """Return a fresh name of `length` letters and digits that begins with a letter."""
        while True:
            name = self._random.pick(_LETTERS[:-8])
            name += "".join(self._random.pick(_LETTERS) for _ in range(length - 1))
            if name.lower() not in self._taken:
                self._taken.add(name.lower())
                return name
