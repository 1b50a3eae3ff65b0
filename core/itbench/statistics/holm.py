"""Correction of p values for many comparisons."""

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p values corrected for their number, in the same order.

    Whatever is called significant where a corrected value is below alpha, the chance of even one false alarm among all is at
    most alpha, however the tests depend on each other. Source: Holm (1979), A simple sequentially rejective multiple test
    procedure, Scandinavian Journal of Statistics 6, 65-70: the i-th smallest of m is multiplied by m - i + 1, and none is
    below a smaller one.

    Raises:
        ValueError: a p value is not in [0, 1].
    """
    for p_value in p_values:
        if not 0 <= p_value <= 1:
            raise ValueError(f"{p_value!r} is no p value")
    corrected = [0.0] * len(p_values)
    largest = 0.0
    for done, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - done) * p_values[place]))
        corrected[place] = largest
    return corrected
