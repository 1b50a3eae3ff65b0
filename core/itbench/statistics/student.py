"""Student's t distribution: two-sided p values and quantiles, from the standard library alone.

P(|T| > t) = I_x(df/2, 1/2) with x = df / (df + t^2), the regularised incomplete beta function
(Abramowitz and Stegun 26.5.27, 26.7.1); that one from its continued fraction (DLMF 8.17.22), evaluated
by Lentz's method as modified by Thompson and Barnett (1986).
"""

import math

_NORMAL_ABOVE_DF = 1e8
_MOST_STEPS = 100_000
_TINY = 1e-300


def two_sided_p(statistic: float, degrees_of_freedom: float) -> float:
    """Return how often |T| is at least as large as the statistic.

    Beyond 10^8 degrees of freedom the normal distribution stands in; the two then differ by about
    t^4 / (4 df) of the p value.

    Raises:
        ValueError: the degrees of freedom are not above 0, or the statistic is not a number.
    """
    if not degrees_of_freedom > 0 or math.isnan(statistic):
        raise ValueError(f"no t distribution for t {statistic!r} with df {degrees_of_freedom!r}")
    if degrees_of_freedom > _NORMAL_ABOVE_DF:
        return math.erfc(abs(statistic) / math.sqrt(2))
    square, half = statistic * statistic, degrees_of_freedom / 2
    if square == 0:
        return 1.0
    x = degrees_of_freedom / (degrees_of_freedom + square)
    y = 1 / (1 + degrees_of_freedom / square)
    # x ** half, without losing the digits of an x close to 1
    power = math.exp(-half * math.log1p(square / degrees_of_freedom))
    front = power * math.sqrt(y / math.pi) * _gamma_ratio(half)
    # each side of this point has its own fraction that converges fast (DLMF 8.17, Numerical Recipes 6.4)
    if x < (half + 1) / (half + 2.5):
        return front * _fraction(half, 0.5, x) / half
    return 1 - 2 * front * _fraction(0.5, half, y)


def quantile(probability: float, degrees_of_freedom: float) -> float:
    """Return the t below which a t-distributed number lies with the given probability.

    Raises:
        ValueError: the probability is not strictly between 0 and 1, or the degrees of freedom are not above 0.
    """
    if not 0 < probability < 1:
        raise ValueError(f"no t quantile for probability {probability!r}; it must lie between 0 and 1")
    if probability < 0.5:
        return -_two_sided_quantile(2 * probability, degrees_of_freedom)
    return _two_sided_quantile(2 * (1 - probability), degrees_of_freedom)


def _two_sided_quantile(alpha: float, degrees_of_freedom: float) -> float:
    # The two-sided p is convex and falling, so that Newton's steps from 0 never jump over the root.
    t = 0.0
    for _ in range(_MOST_STEPS):
        step = (two_sided_p(t, degrees_of_freedom) - alpha) / (2 * _density(t, degrees_of_freedom))
        t += step
        if step <= 1e-14 * t:
            return t
    raise ArithmeticError(f"no t quantile found for alpha {alpha!r} with df {degrees_of_freedom!r}")


def _density(t: float, degrees_of_freedom: float) -> float:
    half = degrees_of_freedom / 2
    peak = _gamma_ratio(half) / math.sqrt(math.pi * degrees_of_freedom)
    return peak * math.exp(-(half + 0.5) * math.log1p(t * t / degrees_of_freedom))


def _gamma_ratio(a: float) -> float:
    """Return gamma(a + 1/2) / gamma(a)."""
    if a < 30:
        return math.exp(math.lgamma(a + 0.5) - math.lgamma(a))
    # The difference of two huge logarithms has few digits left; this series has them all (DLMF 5.11.8).
    b = 1 / (a * a)
    return math.sqrt(a) * math.exp((-1 / 8 + b * (1 / 192 + b * (-1 / 640 + b * 17 / 14336))) / a)


def _fraction(a: float, b: float, x: float) -> float:
    """Return the continued fraction of the incomplete beta function, without the factor in front of it."""
    value = c = 1.0
    d = 0.0
    for step in range(1, _MOST_STEPS):
        m = step // 2
        if step % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / (1 + term * d or _TINY)
        c = 1 + term / c or _TINY
        value *= c * d
        if abs(c * d - 1) < 1e-15:
            return 1 / value
    raise ArithmeticError(f"the fraction of I_x(a, b) did not settle for a {a!r}, b {b!r}, x {x!r}")
