"""Maps, lists and times in every printed form."""

from datetime import UTC, datetime

import pytest

from itbench_sre.snapshot import parse_list, parse_map, parse_time, parse_times

SECOND = int(datetime(2031, 3, 4, 5, 6, 7, tzinfo=UTC).timestamp()) * 10**9


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("2031-03-04 05:06:07.123456789", 123456789),
        ("2031-03-04 05:06:07.120", 120000000),
        ("2031-03-04 05:06:07", 0),
        ("2031-03-04T05:06:07Z", 0),
        ("2031-03-04T05:06:07.5Z", 500000000),
        ("2031-03-04T07:06:07+02:00", 0),
        ("2031-03-03 21:06:07-08:00", 0),
        ("2031-03-04 05:06:07.1 +0000 UTC", 100000000),
        ("2031-03-04 07:06:07 +0200 CEST", 0),
        ("2031-03-04 05:06:07.1 +0000 UTC m=+0.001", 100000000),
        ("2031-03-04T05-06-07.000001", 1000),
        ("2031-03-04T050607.000001Z", 1000),
        (" 2031-03-04 05:06:07 ", 0),
    ],
)
def test_a_time_in_every_printed_form(text, nanoseconds):
    assert parse_time(text) == SECOND + nanoseconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "NaT",
        "soon",
        "2031-03-04",
        "2031-13-04 05:06:07",
        "2031-03-04 25:06:07",
        "2031-03-04 05:06:07 or so",
    ],
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError, match=r"time|month"):
        parse_time(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("[]", 0),
        ("", 0),
        ("[np.datetime64('2031-03-04T05:06:07.123456789')]", 1),
        (
            "[numpy.datetime64('2031-03-04T05:06:07.123456789') numpy.datetime64('2031-03-04T05:06:07.123456789')]",
            2,
        ),
        ("[2031-03-04 05:06:07.123456789 +0000 UTC 2031-03-04 05:06:07.123456789 +0000 UTC]", 2),
        ("['2031-03-04 05:06:07.123456789']", 1),
        ("[junk]", 0),
    ],
)
def test_times_of_an_array_in_every_printed_form(text, count):
    assert parse_times(text) == [SECOND + 123456789] * count


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", {}),
        ("{}", {}),
        ("map[]", {}),
        ("{'k8s.pod.name': 'till-1', 'n': ''}", {"k8s.pod.name": "till-1", "n": ""}),
        ("""{'a': "it's", 'b': 'say "x"'}""", {"a": "it's", "b": 'say "x"'}),
        (r"{'a': 'one\ntwo\\', 'b': '\u00e9'}", {"a": "one\ntwo\\", "b": "é"}),
        ("{'a': None, 'b': 3}", {"a": "None", "b": "3"}),
        ('{"a": "json"}', {"a": "json"}),
        ('{"a": true}', {"a": "True"}),
        ("map[k8s.pod.name:till-1 n:]", {"k8s.pod.name": "till-1", "n": ""}),
        ("map[msg:two words url:http://x/y?z=1]", {"msg": "two words", "url": "http://x/y?z=1"}),
        ("map[msg:see http://x/y]", {"msg": "see http://x/y"}),
    ],
)
def test_a_map_in_every_printed_form(text, value):
    assert parse_map(text) == value


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "'x'", "nan", "{'a': print(1)}", "{'a': __import__('os')}", "map[words only]", "{" * 10_000],
    ids=lambda text: text[:12],
)
def test_what_is_no_map_is_refused_and_never_run(text):
    with pytest.raises(ValueError, match=r"map|literal"):
        parse_map(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", []),
        ("[]", []),
        ("['exception']", ["exception"]),
        ("[{'exception.type': 'A'}, {}]", [{"exception.type": "A"}, {}]),
        ("""["it's"]""", ["it's"]),
        ("[exception retry]", ["exception", "retry"]),
        ("[map[a:b] map[c:d e]]", [{"a": "b"}, {"c": "d e"}]),
    ],
)
def test_a_list_in_every_printed_form(text, value):
    assert parse_list(text) == value


@pytest.mark.parametrize("text", ["{}", "x", "['a'", "[f('a')]"])
def test_what_is_no_list_is_refused(text):
    with pytest.raises(ValueError, match=r"list|literal"):
        parse_list(text)
