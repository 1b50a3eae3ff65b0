"""Quantities, hand-computed."""

import pytest

from itbench_sre.world.store.quantities import canonical, quantity, thousandths, units


@pytest.mark.parametrize(
    ("text", "amount"),
    [("100m", 100), ("1", 1000), (2, 2000), ("0.5", 500), ("1Ki", 1_024_000), ("1.5Gi", 1_610_612_736_000),
     ("2k", 2_000_000), ("1e3", 1_000_000), ("100u", 1), ("1500000n", 2), ("-1", -1000), (".5", 500)],
)  # fmt: skip
def test_quantities_are_read(text: str | int, amount: int) -> None:
    assert thousandths(text) == amount


@pytest.mark.parametrize(
    ("text", "canonical_text"),
    [("1000m", "1"), ("1024Mi", "1Gi"), ("3000Mi", "3000Mi"), ("0.5", "500m"), ("1500M", "1500M"), ("2000M", "2G"),
     ("0", "0"), ("512Ki", "512Ki"), ("1.5Gi", "1536Mi"), (10, "10")],
)  # fmt: skip
def test_quantities_are_given_back_in_canonical_form(text: str | int, canonical_text: str) -> None:
    assert canonical(text) == canonical_text


def test_units_are_rounded_up() -> None:
    assert units("1500m") == 2


def test_a_sum_keeps_powers_of_1024() -> None:
    assert quantity(thousandths("1Gi") + thousandths("512Mi"), binary=True) == "1536Mi"


@pytest.mark.parametrize("text", ["", "abc", "1X", "m"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="quantities must match"):
        thousandths(text)
