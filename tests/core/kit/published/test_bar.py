"""What a callback is told while the hub's client counts files and bytes."""

from itbench.kit.published.bar import bar_class


def test_files_are_counted_and_the_larger_count_of_bytes_is_told():
    told = []
    bar = bar_class("fruit-set", lambda *step: told.append(step))
    files, received, written = bar(total=2), bar(unit="B", initial=500_000), bar(unit="B")
    received.update(1_000_000)
    written.update(1_200_000)
    files.update()
    assert told == [
        ("fetching fruit-set: 1.5 MB", 0, 2),
        ("fetching fruit-set: 1.5 MB", 0, 2),
        ("fetching fruit-set: 1.5 MB", 1, 2),
    ]


def test_a_bar_around_items_yields_them_and_counts_each():
    told = []
    bar = bar_class("fruit-set", lambda *step: told.append(step))
    assert list(bar(["a", "b"], total=2)) == ["a", "b"]
    assert [done for _, done, _ in told] == [1, 2]


def test_two_downloads_do_not_count_each_others_files():
    told = []
    one, other = (bar_class(name, lambda *step: told.append(step)) for name in ("one", "other"))
    one(total=9)
    other(total=3).update(3)
    assert told == [("fetching other: 0.0 MB", 3, 3)]
