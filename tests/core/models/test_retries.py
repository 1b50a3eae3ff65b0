"""Waits grow, jitter, end, and keep to what a provider asks for."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from itbench.models.http.retries import RetryPolicy, retry_after_s

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


@given(failed=st.integers(1, 200), share=st.floats(0, 1))
def test_a_wait_of_our_own_doubles_up_to_its_longest(failed: int, share: float) -> None:
    policy = RetryPolicy(attempts=1000, first_s=2.0, longest_s=30.0)
    whole_s = min(30.0, 2.0 * 2.0 ** (failed - 1))
    wait_s = policy.wait_s(failed, None, share)
    assert wait_s is not None
    assert whole_s / 2 <= wait_s <= whole_s


@given(asked_s=st.floats(0.001, 600), share=st.floats(0, 1))
def test_what_a_provider_asks_for_is_kept_to(asked_s: float, share: float) -> None:
    wait_s = RetryPolicy().wait_s(1, asked_s, share)
    assert wait_s is not None
    assert asked_s <= wait_s <= asked_s * 1.1


def test_it_ends() -> None:
    policy = RetryPolicy(attempts=3)
    assert [policy.wait_s(failed, None) is None for failed in (1, 2, 3)] == [False, False, True]
    assert policy.wait_s(1, 601.0) is None
    assert policy.wait_s(1, 0.0, 1.0) == 1.0


@pytest.mark.parametrize(
    ("milliseconds", "value", "seconds"),
    [
        (None, None, None),
        (None, "3", 3.0),
        (None, "0.5", 0.5),
        (None, "-2", 0.0),
        ("250", "3", 0.25),
        ("soon", "3", 3.0),
        (None, "Thu, 01 Jan 2026 12:00:30 GMT", 30.0),
        (None, "Thu, 01 Jan 2026 11:00:00 GMT", 0.0),
        (None, "tomorrow", None),
    ],
)
def test_the_header_is_read_in_all_its_forms(
    milliseconds: str | None, value: str | None, seconds: float | None
) -> None:
    assert retry_after_s(milliseconds, value, NOW) == seconds
