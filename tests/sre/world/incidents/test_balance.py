"""Incidents are chosen so that shallow features of a change do not tell whether it is a root."""

from itbench.kit import Randomness
from itbench_sre.world.incidents.balance import Drawn, choose

COLOURS = ("red", "green", "blue")


def drawn(random: Randomness) -> Drawn:
    """An incident of ten changes whose root is red twice as often as chance would have it."""
    colours = [random.pick(COLOURS) for _ in range(10)]
    reds = [at for at, colour in enumerate(colours) if colour == "red"]
    root = random.pick(reds) if reds and random.below(2) else random.below(10)
    return Drawn([{"colour": colour} for colour in colours], [root], [f"object {random.below(12)}"])


def share_of_red(chosen: list[Drawn]) -> tuple[float, float]:
    of_roots = sum(each.changes[root]["colour"] == "red" for each in chosen for root in each.roots)
    of_all = sum(bins["colour"] == "red" for each in chosen for bins in each.changes)
    return of_roots / len(chosen), of_all / (10 * len(chosen))


def test_roots_fall_into_the_bins_of_all_changes_as_chance_would_have_it() -> None:
    random = Randomness(7)
    candidates = [drawn(random) for _ in range(240)]
    before, usual = share_of_red(candidates)
    after, usual_after = share_of_red([candidates[place] for place in choose(candidates, 80)])
    assert before - usual > 0.2
    assert abs(after - usual_after) < 0.06


def test_no_object_is_the_root_more_often_than_it_may() -> None:
    random = Randomness(8)
    candidates = [drawn(random) for _ in range(300)]
    marks = [candidates[place].marks[0] for place in choose(candidates, 60)]
    assert len(marks) == 60
    assert max(marks.count(mark) for mark in marks) <= 9
