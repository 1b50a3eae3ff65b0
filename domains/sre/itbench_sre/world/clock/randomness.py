"""Streams of chance, one for each thing that needs any: names as Kubernetes makes them, and delays.

Common random numbers: a stream belongs to an owner and an ordinal ("pod cart-7f9c", 3), never to "whatever comes
next", so that two worlds that differ by one action differ only by what that action caused.
"""

from collections.abc import Sequence

from itbench.kit import Randomness as Stream, mixed

__all__ = ["EXPONENTIAL", "NORMAL", "Randomness", "mixed"]

_SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789"  # k8s.io/apimachinery/pkg/util/rand, no vowels and no 0, 1, 3

# Factors of a mean in 256ths, at 64 equally likely places: the quantiles of an exponential distribution,
# -ln(1 - (i + 1/2) / 64), and of a log-normal one of spread 0.35; scaled to a mean of 256. Written out, since
# logarithms of different processors may differ in the last bit.
EXPONENTIAL: tuple[int, ...] = (
    2,
    6,
    10,
    14,
    19,
    23,
    28,
    32,
    37,
    41,
    46,
    51,
    56,
    61,
    66,
    71,
    77,
    82,
    88,
    94,
    99,
    105,
    111,
    118,
    124,
    131,
    138,
    145,
    152,
    159,
    167,
    174,
    182,
    191,
    199,
    208,
    217,
    227,
    237,
    247,
    258,
    269,
    281,
    293,
    306,
    319,
    334,
    349,
    365,
    382,
    401,
    420,
    442,
    465,
    491,
    520,
    552,
    589,
    632,
    683,
    748,
    835,
    966,
    1249,
)
NORMAL: tuple[int, ...] = (
    103,
    120,
    130,
    138,
    144,
    149,
    154,
    159,
    163,
    167,
    171,
    175,
    179,
    182,
    185,
    189,
    192,
    195,
    198,
    202,
    205,
    208,
    211,
    214,
    217,
    220,
    223,
    227,
    230,
    233,
    236,
    239,
    243,
    246,
    250,
    253,
    257,
    260,
    264,
    268,
    272,
    276,
    280,
    284,
    288,
    293,
    298,
    303,
    308,
    314,
    319,
    326,
    332,
    340,
    347,
    356,
    366,
    376,
    389,
    404,
    422,
    447,
    483,
    562,
)


class Randomness(Stream):
    """A stream of pseudo-random integers that depends on its seed alone."""

    __slots__ = ()

    def delay_us(self, low_s: int, high_s: int) -> int:
        """Return microseconds between `low_s` and `high_s` seconds."""
        return self.between(low_s * 1_000_000, high_s * 1_000_000)

    def spread(self, mean: int, table: Sequence[int] = NORMAL) -> int:
        """Return an integer about `mean`, distributed as `table` says."""
        return mean * table[self.bits() & 63] >> 8

    def hexadecimal(self, digits: int) -> str:
        """Return a lower-case hexadecimal string of `digits` digits, at most 32."""
        number = (self.bits() << 64) | self.bits()
        return f"{number:032x}"[:digits]

    def suffix(self, length: int = 5) -> str:
        """Return letters as Kubernetes appends to generated names."""
        return "".join(_SUFFIX_LETTERS[self.below(len(_SUFFIX_LETTERS))] for _ in range(length))

    def uid(self) -> str:
        """Return a version 4 UUID."""
        text = self.hexadecimal(32)
        return (
            f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{'89ab'[int(text[16], 16) & 3]}{text[17:20]}-{text[20:]}"
        )
