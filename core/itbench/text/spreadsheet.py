"""Values for CSV that no spreadsheet takes for anything else than they are."""

from itbench.text.harmless import one_line

# What spreadsheets take for the beginning of a formula: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULAS = frozenset("=+-@＝＋－＠")  # noqa: RUF001 - those of full width too


def csv_cell(value: object) -> object:
    """Return a value for CSV: of text one harmless line, which no spreadsheet takes for a formula."""
    if not isinstance(value, str):
        return value
    text = one_line(value)
    return f"'{text}" if text.lstrip()[:1] in _FORMULAS and text.strip() else text
