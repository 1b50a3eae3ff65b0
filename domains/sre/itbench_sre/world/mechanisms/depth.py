"""How strong a change is, about the point where harm begins."""

from itbench_sre.world.clock.randomness import Randomness

# Thousandths of the strength at which harm is expected to begin: as many below it as above.
_DEPTHS = (400, 550, 650, 740, 820, 890, 950, 1000, 1050, 1120, 1210, 1330, 1500, 1750, 2100, 2600)


def draw_depth(random: Randomness) -> int:
    """Return a strength, 1000 being where harm is expected to begin."""
    return _DEPTHS[random.below(len(_DEPTHS))] + random.between(-20, 20)


def above(point: int, depth: int) -> int:
    """Return an amount that is the larger, the stronger the change; `point` at 1000."""
    return point * depth // 1000


def below(point: int, depth: int) -> int:
    """Return an amount that is the smaller, the stronger the change; `point` at 1000; at least 1."""
    return max(point * 1000 // depth, 1)
