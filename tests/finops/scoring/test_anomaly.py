"""The rules for explaining an anomaly, as tables computed by hand."""

import unicodedata

import pytest
from hypothesis import given, strategies as st

from itbench_finops.scoring.anomaly import score_anomaly
from itbench_finops.scoring.names import plain_name, resource_key

FAMILY, APPLICATION = "Instance_Family", "Application"
TRUTH = {
    "resource": [
        {"name": "aB3xy", "type": FAMILY, "excess_usd": "30.0000"},
        {"name": "Till", "type": APPLICATION, "excess_usd": "10.0000"},
    ]
}
ONE, TWO, OTHER = ("aB3xy", FAMILY), ("Till", APPLICATION), ("zzz", FAMILY)


def answer(*resources):
    return {"resource": [{"name": name, "type": kind} for name, kind in resources]}


@pytest.mark.parametrize(
    ("named", "value", "precision", "recall", "f1", "explained", "all_named"),
    [
        ((), 0, 0, 0, 0, 0, 0),
        ((ONE, TWO), 1, 1, 1, 1, 1, 1),
        ((TWO, ONE, TWO), 1, 1, 1, 1, 1, 1),
        ((ONE,), 0, 1, 1 / 2, 2 / 3, 3 / 4, 0),
        ((TWO,), 0, 1, 1 / 2, 2 / 3, 1 / 4, 0),
        ((ONE, TWO, OTHER), 0, 2 / 3, 1, 4 / 5, 1, 1),
        ((OTHER,), 0, 0, 0, 0, 0, 0),
        ((("aB3xy", APPLICATION), ("Till", FAMILY)), 0, 0, 0, 0, 0, 0),
    ],
    ids=[
        "nothing",
        "exact",
        "one twice",
        "first only",
        "second only",
        "one too many",
        "wrong",
        "wrong types",
    ],
)
def test_all_and_only_the_resources_to_blame_score(
    named, value, precision, recall, f1, explained, all_named
) -> None:
    parts = score_anomaly(answer(*named), TRUTH)
    assert parts.value == value
    assert parts.metrics == pytest.approx(
        {
            "precision": precision,
            "recall": recall,
            "f1": f1,
            "excess_explained": explained,
            "all_named": all_named,
        }
    )


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("AB3XY", "instance_family", 1),
        (" aB3xy\n", "Instance Family", 1),
        ("a B 3 x y", "INSTANCE  FAMILY", 1),
        ("aB3xy", "InstanceFamily", 1),
        ("aB3xz", FAMILY, 0),
        ("aB3-xy", FAMILY, 0),
        ("aB3_xy", FAMILY, 0),
        ("aB3xy", "Family", 0),
        ("а" + "B3xy", FAMILY, 0),  # noqa: RUF001 - a Cyrillic letter that looks like the Latin one
    ],
)
def test_case_and_spacing_are_forgiven_and_nothing_else(name: str, kind: str, value: int) -> None:
    truth = {"resource": [{"name": "aB3xy", "type": FAMILY}]}
    assert score_anomaly(answer((name, kind)), truth).value == value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("caf\u00e9", "CAFE\u0301"),
        ("\u00c9t\u00e9", "\u00e9T\u00c9"),
        ("J\u030c", "\u01f0"),
        ("\u042f", "\u044f"),
        ("a\u00a0b", "ab"),
        ("\u2003x", "X"),
    ],
)
def test_the_same_letters_are_the_same_name_however_unicode_writes_them(one: str, other: str) -> None:
    assert plain_name(one) == plain_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("xyZt\u017f", "xyZts"),
        ("STRASSE", "stra\u00dfe"),
        ("\u212a", "k"),
        ("\u212b", "\u00e5"),
        ("\u2126", "\u03c9"),
        ("\u03f4", "\u03b8"),
        ("\u0130", "i"),
        ("\u0131", "I"),
        ("\ufb01", "fi"),
        ("\uff21", "A"),
        ("\u00b5", "\u03bc"),
        ("\u03c2", "\u03c3"),
        ("\u1e9e", "SS"),
        ("x\u00b2", "x2"),
        ("a\u200bb", "ab"),
        ("a\u0301", "a"),
        ("\u0430", "a"),
    ],
)
def test_letters_that_only_look_or_sound_alike_are_different(one: str, other: str) -> None:
    assert plain_name(one) != plain_name(other)
    assert plain_name(f"xyZ{one}") != plain_name(f"xyZ{other}")


@pytest.mark.slow  # A few hundred examples.
@given(st.text(max_size=12))
def test_a_plain_name_is_its_own_plain_name_and_holds_no_ascii_letter_that_was_not_there(text: str) -> None:
    plain = plain_name(text)
    assert plain_name(plain) == plain
    letters = {letter for letter in unicodedata.normalize("NFD", text).lower() if letter.isascii()}
    assert {letter for letter in unicodedata.normalize("NFD", plain) if letter.isascii()} <= letters


@pytest.mark.slow  # All letters, one by one.
def test_no_other_letter_of_unicode_is_one_of_ascii() -> None:
    alike = [chr(at) for at in range(128, 0x20000) if plain_name(chr(at)).isascii() and plain_name(chr(at))]
    assert alike == []


@pytest.mark.parametrize("name", ["\ud800", "\u202eabc", "\u0000", "🦥" * 50, "İ"])
def test_any_text_is_a_name(name: str) -> None:
    resource = {"name": name, "type": FAMILY}
    assert score_anomaly({"resource": [resource]}, {"resource": [resource]}).value == 1
    assert resource_key(resource).type == "instancefamily"


def test_the_share_of_dollars_is_left_open_where_they_are_not_known() -> None:
    truth = {
        "resource": [{"name": "x", "type": FAMILY}, {"name": "y", "type": FAMILY, "excess_usd": "1.0000"}]
    }
    assert score_anomaly(answer(("x", FAMILY)), truth).metrics["excess_explained"] is None
    nothing = {"resource": [{"name": "x", "type": FAMILY, "excess_usd": "-2.0000"}]}
    assert score_anomaly(answer(("x", FAMILY)), nothing).metrics["excess_explained"] is None


def test_the_reasons_tell_what_was_missed_what_was_wrong_and_what_stood_there_twice() -> None:
    reasons = score_anomaly(answer(ONE, ONE, OTHER), TRUTH).reasons
    assert reasons == [
        "1 of 2 resources to blame were named, and 1 others",
        "'Instance_Family' 'zzz' has no part in it",
        "'Application' 'Till' was not named",
        "1 resources were named again; each counts once",
    ]


def test_a_thousand_wrong_names_give_few_reasons() -> None:
    many = answer(*((f"n{number}", FAMILY) for number in range(1000)))
    reasons = score_anomaly(many, TRUTH).reasons
    assert len(reasons) < 20
    assert "990 more: has no part in it" in reasons
