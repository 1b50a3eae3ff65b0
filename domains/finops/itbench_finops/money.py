"""Amounts of money as whole ten-thousandths of a US dollar (`e4usd`), so that sums are exact."""

_UNITS = 10_000


def as_text(amount_e4usd: int) -> str:
    """Return an amount as dollars with four decimals."""
    if amount_e4usd < 0:
        return "-" + as_text(-amount_e4usd)
    return f"{amount_e4usd // _UNITS}.{amount_e4usd % _UNITS:04}"
