"""Server-sent events come out the same wherever the stream is cut into pieces."""

import itertools

import pytest
from hypothesis import given, strategies as st

from itbench.models.reply.events import EventSplitter

STREAM = (
    b'event: a\ndata: {"one": 1}\n\n: ping\n\ndata:two\r\n\r\nid: 7\rdata: three\rdata: four\r\rdata: {end}'
)
EVENTS = [b'{"one": 1}', b"two", b"three\nfour", b"{end}"]


@pytest.mark.slow
@given(cuts=st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_events_do_not_depend_on_the_pieces(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(STREAM)]
    splitter = EventSplitter()
    events = []
    for start, end in itertools.pairwise(places):
        events += splitter.add(STREAM[start:end])
    assert [event.data for event in [*events, *splitter.end()]] == EVENTS


def test_a_stream_without_events_has_none() -> None:
    splitter = EventSplitter()
    assert [*splitter.add(b": ping\n\n"), *splitter.end()] == []
