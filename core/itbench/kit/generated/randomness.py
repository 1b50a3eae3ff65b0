"""Integer-only pseudo-random numbers: the same on every Python and every processor.

A stream whose seed is below 2**64 is made by splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
2014). It is quick and fit for public tasks only: anyone who sees two of its numbers, such as the UID of an object, can compute its
seed, and from that all that was drawn. A stream with a larger seed is BLAKE2b with the seed as its key (RFC 7693), in counter mode:
what it gives tells nothing of the seed, nor of what any other stream gives.
"""

from collections.abc import Sequence
from hashlib import blake2b
from struct import Struct
from typing import Self, TypeVar

Item = TypeVar("Item")

KEYED_FROM = 1 << 64
"""Seeds from this number on make streams that can be told to anybody."""

_MASK = KEYED_FROM - 1
_KEY_BYTES = 32
# A keyed seed that is made of another one has this bit, so that it is none of the small ones.
_TOP = 1 << (8 * _KEY_BYTES - 1)
_WORDS = Struct(">8Q")


class Randomness:
    """A stream of pseudo-random integers that depends on its seed alone."""

    __slots__ = ("_key", "_state", "_words")

    def __init__(self, seed: int) -> None:
        is_keyed = seed >= KEYED_FROM
        self._key = _key_of(seed) if is_keyed else b""
        # Of splitmix64; with a key, how many numbers were given.
        self._state = 0 if is_keyed else seed & _MASK
        self._words: tuple[int, ...] = ()

    def bits(self) -> int:
        """Return the next 64 random bits."""
        if self._key:
            return self._keyed_bits()
        self._state = state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        return state ^ (state >> 31)

    def seed(self) -> int:
        """Return a seed for another stream, which is keyed if this one is; for splitmix64, the next 64 random bits."""
        if self._key:
            return _keyed(self._key, self.bits().to_bytes(8), b"itbench seed")
        return self.bits()

    def below(self, limit: int) -> int:
        """Return an integer in [0, limit)."""
        return (self.bits() * limit) >> 64

    def between(self, low: int, high: int) -> int:
        """Return an integer in [low, high], both included."""
        return low + self.below(high - low + 1)

    def pick(self, items: Sequence[Item]) -> Item:
        """Return one of `items`."""
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """Return `items` in random order."""
        left = list(items)
        for at in range(len(left) - 1, 0, -1):
            other = self.below(at + 1)
            left[at], left[other] = left[other], left[at]
        return left

    def fork(self, label: str) -> Self:
        """Return an independent stream named `label`; the parent does not move."""
        if self._key:
            return type(self)(_keyed(self._key, f"{self._state} {label}".encode(), b"itbench fork"))
        return type(self)(mixed(self._state, label))

    def _keyed_bits(self) -> int:
        block, place = divmod(self._state, 8)
        if not place:
            found = blake2b(block.to_bytes(8), key=self._key, person=b"itbench bits")
            self._words = _WORDS.unpack(found.digest())
        self._state += 1
        return self._words[place]


def mixed(seed: int, label: str) -> int:
    """Return a seed made of `seed` and the text `label`, keyed if `seed` is; else by FNV-1a over the UTF-8 bytes."""
    if seed >= KEYED_FROM:
        return _keyed(_key_of(seed), label.encode(), b"itbench mixed")
    state = (seed ^ 0xCBF29CE484222325) & _MASK
    for byte in label.encode():
        state = ((state ^ byte) * 0x100000001B3) & _MASK
    return Randomness(state).bits()


def _key_of(seed: int) -> bytes:
    data = seed.to_bytes((seed.bit_length() + 7) // 8)
    return blake2b(data, digest_size=_KEY_BYTES, person=b"itbench key").digest()


def _keyed(key: bytes, data: bytes, person: bytes) -> int:
    """Return a keyed seed that tells nothing of the key it is made with."""
    found = blake2b(data, digest_size=_KEY_BYTES, key=key, person=person).digest()
    return int.from_bytes(found) | _TOP
