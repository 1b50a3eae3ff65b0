"""What fills the places of log lines."""

import pytest

from itbench_sre.world.runtime.narration import go_duration


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0ns"),
        (999, "999ns"),
        (192_897, "192.897µs"),
        (3_000_000, "3ms"),
        (12_340_000, "12.34ms"),
        (2_500_000_000, "2.5s"),
        (61_000_000_001, "61.000000001s"),
    ],
)
def test_a_duration_is_printed_as_go_does_up_to_a_minute(nanoseconds: int, text: str) -> None:
    assert go_duration(nanoseconds) == text
