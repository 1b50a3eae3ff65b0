"""How many tasks a difference needs, and how small a difference the tasks at hand can show.

The power of the paired t test is P(|T| > t) for a noncentral T = (Z + d sqrt(n) / sd) / S, where S^2 is
chi-square / df: given S it is normal, and the density of S is integrated by Simpson's rule. Cohen (1988,
chapter 2) tabulates the same quantity; statsmodels' TTestPower computes it.
"""

import math
from collections.abc import Callable
from operator import mul

from itbench.errors import UsageError
from itbench.statistics.student import quantile

ALPHA = 0.05
POWER = 0.8
_INTERVALS = 400
_MOST_TASKS = 10**9


def tasks_needed(
    difference: float, standard_deviation: float, *, alpha: float = ALPHA, power: float = POWER
) -> int | None:
    """Return the fewest tasks on which a true mean difference is found significant with the given power.

    The standard deviation is that of the paired differences between tasks (`Comparison.standard_deviation`).
    None stands for more than 10^9 tasks.

    Raises:
        UsageError: the difference is 0, the standard deviation is below 0, or alpha or power cannot be met.
    """
    _check(standard_deviation, alpha, power)
    if not abs(difference) > 0:
        raise UsageError(f"no number of tasks shows a difference of {difference!r}; ask for one above 0")

    def is_enough(n_tasks: int) -> bool:
        return power_of(difference, standard_deviation, n_tasks, alpha=alpha) >= power

    low, high = 1, 2
    while not is_enough(high):
        low, high = high, 2 * high
        if low > _MOST_TASKS:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def smallest_difference(
    n_tasks: int, standard_deviation: float, *, alpha: float = ALPHA, power: float = POWER
) -> float | None:
    """Return the smallest true mean difference that so many tasks find significant with the given power.

    None stands for fewer than two tasks, which show nothing.

    Raises:
        UsageError: the standard deviation is below 0, or alpha or power cannot be met.
    """
    _check(standard_deviation, alpha, power)
    if n_tasks < 2:
        return None
    if standard_deviation == 0:
        return 0.0
    high = 1.0
    critical = _critical(alpha, n_tasks)
    while _power(high, critical, n_tasks - 1) < power:
        high *= 2
    shift = _bisect(lambda shift: _power(shift, critical, n_tasks - 1) - power, 0.0, high)
    return shift * standard_deviation / math.sqrt(n_tasks)


def power_of(difference: float, standard_deviation: float, n_tasks: int, *, alpha: float = ALPHA) -> float:
    """Return the chance that a paired t test on so many tasks (at least two) finds a true mean difference."""
    if standard_deviation == 0:
        return 1.0
    shift = abs(difference) * math.sqrt(n_tasks) / standard_deviation
    return _power(shift, _critical(alpha, n_tasks), n_tasks - 1)


def _check(standard_deviation: float, alpha: float, power: float) -> None:
    if not (math.isfinite(standard_deviation) and standard_deviation >= 0):
        raise UsageError(f"standard deviation {standard_deviation!r} cannot be; give a number of 0 or more")
    if not 0 < alpha < power < 1:
        raise UsageError(f"alpha {alpha!r} and power {power!r} cannot be; give 0 < alpha < power < 1")


def _critical(alpha: float, n_tasks: int) -> float:
    return quantile(1 - alpha / 2, n_tasks - 1)


def _power(shift: float, critical: float, freedom: int) -> float:
    """Return P(|T| > critical) for the noncentral t with the shift as its noncentrality."""
    # S lies within ten of its standard deviations, about 1 / sqrt(2 df), of 1.
    reach = 10 / math.sqrt(2 * freedom)
    low, high = max(1e-12, 1 - reach), 1 + reach
    points = [low + (high - low) * i / _INTERVALS for i in range(_INTERVALS + 1)]
    # Dividing by the sum of the weights saves the constant of the density, which has few digits at large df.
    weights = [
        _simpson_weight(i) * math.exp((freedom - 1) * math.log(s) - freedom * (s * s - 1) / 2)
        for i, s in enumerate(points)
    ]
    tails = (_normal(shift - critical * s) + _normal(-shift - critical * s) for s in points)
    return math.fsum(map(mul, weights, tails)) / math.fsum(weights)


def _simpson_weight(i: int) -> int:
    if i in (0, _INTERVALS):
        return 1
    return 4 if i % 2 else 2


def _normal(z: float) -> float:
    return math.erfc(-z / math.sqrt(2)) / 2


def _bisect(function: Callable[[float], float], low: float, high: float) -> float:
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        low, high = (middle, high) if function(middle) < 0 else (low, middle)
