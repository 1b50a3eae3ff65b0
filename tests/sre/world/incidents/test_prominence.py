"""What files tell of a change is told beside the other changes of its incident."""

from itbench_sre.world.incidents.prominence import told_of


def test_what_is_told_of_most_is_told_apart_from_what_is_told_of_at_all() -> None:
    loud = {"mentions": 9, "failing_share": 0.5, "fewer_spans": -3, "is_changed": True}
    quiet = {"mentions": 2, "failing_share": 0.0, "fewer_spans": -8, "is_changed": True, "is_created": True}
    most, some, unseen = told_of([loud, quiet, {}])
    assert [each["mentions"] for each in (most, some, unseen)] == ["most", "some", "none"]
    assert [each["failing_share"] for each in (most, some, unseen)] == ["most", "none", "none"]
    assert [each["fewer_spans"] for each in (most, some, unseen)] == ["none", "none", "none"]
    assert [each["is_changed"] for each in (most, some, unseen)] == ["True", "True", "False"]
    assert [each["is_created"] for each in (most, some, unseen)] == ["False", "True", "False"]
    assert told_of([]) == []
