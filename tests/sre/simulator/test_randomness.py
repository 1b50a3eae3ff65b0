"""The random stream is part of the format: other numbers would be other incidents."""

from __future__ import annotations

from itbench_sre.simulator.randomness import Randomness, mixed


def test_the_stream_is_splitmix64() -> None:
    random = Randomness(1234567)
    assert [random.bits() for _ in range(5)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


def test_a_fork_does_not_move_its_parent() -> None:
    one, other = Randomness(7), Randomness(7)
    one.fork("anything").bits()
    assert one.bits() == other.bits()


def test_forks_of_different_names_differ() -> None:
    assert mixed(7, "alerts") != mixed(7, "events")


def test_integers_stay_in_their_range_and_reach_both_ends() -> None:
    random = Randomness(3)
    assert {random.between(4, 6) for _ in range(200)} == {4, 5, 6}


def test_shuffling_keeps_every_item() -> None:
    assert sorted(Randomness(9).shuffled("abcdef")) == list("abcdef")


def test_a_uid_is_a_version_4_uuid() -> None:
    uid = Randomness(11).uid()
    assert [len(part) for part in uid.split("-")] == [8, 4, 4, 4, 12]
    assert uid[14] == "4"
    assert uid[19] in "89ab"
