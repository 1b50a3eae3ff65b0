"""Label selectors, hand-computed."""

import pytest

from itbench_sre.world.store.selectors import is_selected, parsed

_LABELS = {"app": "cart", "tier": "back"}


@pytest.mark.parametrize(
    ("text", "is_meant"),
    [("app=cart", True), ("app==cart,tier!=front", True), ("app in (cart, ad)", True), ("tier notin (back)", False),
     ("app,!zone", True), ("zone", False), ("", True), ("app in (ad),tier=back", False)],
)  # fmt: skip
def test_selectors_of_a_command_line(text: str, is_meant: bool) -> None:
    assert is_selected(parsed(text), _LABELS) is is_meant


def test_a_selector_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match="unable to parse requirement"):
        parsed("app in cart")


def test_no_selector_means_nothing_and_an_empty_one_everything() -> None:
    assert not is_selected(None, _LABELS)
    assert is_selected({}, _LABELS)
