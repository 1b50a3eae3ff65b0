"""When a rate went up."""

import pytest

from itbench_sre.agents.onset import BUCKET_NS, find_rise

S = 1_000_000_000
END = 1200 * S


def every(step_s, start_s, end_s):
    return [at_s * S for at_s in range(start_s, end_s, step_s)]


@pytest.mark.parametrize(
    "times_ns",
    [[], [600 * S], every(10, 0, 1200), every(60, 0, 1200), every(10, 0, 600)],
    ids=["nothing", "one", "steady", "rare and steady", "it stops"],
)
def test_no_rise_is_found_where_there_is_none(times_ns):
    assert find_rise(times_ns, 0, END) is None


@pytest.mark.parametrize("onset_s", [100, 600, 1000])
def test_the_onset_of_a_step_is_found_to_the_bucket(onset_s):
    rise = find_rise(every(100, 0, onset_s) + every(4, onset_s, 1200), 0, END)
    assert rise is not None
    assert abs(rise.onset_ns - onset_s * S) <= BUCKET_NS
    assert rise.after == pytest.approx(5, rel=0.1)


def test_what_began_with_the_window_is_no_rise():
    assert find_rise(every(4, 0, 1200), 0, END) is None


def test_a_wrong_clock_does_not_cost_memory():
    assert find_rise([0, 10**19], 0, 10**19) is None


def test_the_excess_is_what_came_on_top_of_before():
    rise = find_rise(every(20, 0, 600) + every(2, 600, 1200), 0, END)
    assert rise is not None
    assert rise.excess == pytest.approx(300 - 30, rel=0.05)
