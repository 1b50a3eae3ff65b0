"""Streams of small seeds stay what they were; streams of large ones tell nothing of their seed."""

import copy
import pickle
from collections import Counter

import pytest
from hypothesis import given, strategies as some

from itbench.kit import Randomness, mixed
from itbench.kit.generated.draw import LARGEST_SEED, secret_seed
from itbench.kit.generated.randomness import KEYED_FROM

GAMMA = 0x9E3779B97F4A7C15
MASK = (1 << 64) - 1
KEYED = KEYED_FROM**2 + 41
PINNED = [
    10460124915748789226,
    12956370819237966591,
    12356986907617739080,
    2350239849231098545,
]


def unshifted(value: int, shift: int) -> int:
    """Return x of x ^ (x >> shift)."""
    found = value
    for _ in range(64 // shift + 1):
        found = value ^ (found >> shift)
    return found


def state_after(output: int) -> int:
    """Return the state of splitmix64 that gave a number: each of its steps can be undone."""
    state = unshifted(output, 31) * pow(0x94D049BB133111EB, -1, 1 << 64) & MASK
    state = unshifted(state, 27) * pow(0xBF58476D1CE4E5B9, -1, 1 << 64) & MASK
    return unshifted(state, 30)


def unmixed(seed: int, label: str) -> int:
    """Return the seed that was mixed with a label."""
    state = (state_after(seed) - GAMMA) & MASK
    for byte in reversed(label.encode()):
        state = (state * pow(0x100000001B3, -1, 1 << 64) & MASK) ^ byte
    return state ^ 0xCBF29CE484222325


def test_streams_of_small_seeds_give_the_published_numbers_of_splitmix64() -> None:
    random = Randomness(1234567)
    assert [random.bits() for _ in range(3)] == [
        6457827717110365317, 3203168211198807973, 9817491932198370423,
    ]  # fmt: skip
    assert mixed(7, "label") == 0xAB01947BAA4A743F
    assert Randomness(7).seed() == Randomness(7).bits()


@given(seed=some.integers(0, MASK), label=some.text(max_size=20))
def test_one_number_of_a_small_seed_gives_away_the_seed_of_the_whole_suite(seed: int, label: str) -> None:
    """Why held-out suites need large ones."""
    shown = Randomness(mixed(seed, label)).bits()
    assert unmixed((state_after(shown) - GAMMA) & MASK, label) == seed


@given(seed=some.integers(KEYED_FROM, LARGEST_SEED), label=some.text(max_size=20))
def test_the_same_computation_gives_nothing_of_a_large_seed(seed: int, label: str) -> None:
    random = Randomness(mixed(seed, label))
    first, second = random.bits(), random.bits()
    assert (state_after(second) - state_after(first)) & MASK != GAMMA
    assert unmixed((state_after(first) - GAMMA) & MASK, label) != seed


def test_whatever_is_drawn_for_other_streams_stays_large() -> None:
    random = Randomness(KEYED)
    made = [
        mixed(KEYED, "a"), random.seed(), random.seed() >> 1, mixed(mixed(KEYED, "a") >> 1, "b") >> 1,
        random.fork("c").seed(), random.fork("c").fork("d").seed(),
    ]  # fmt: skip
    assert all(seed >= KEYED_FROM for seed in made)
    assert len(set(made)) == len(made)
    assert all(Randomness(seed).bits() != Randomness(seed & MASK).bits() for seed in made)


def test_a_large_seed_gives_the_same_numbers_everywhere() -> None:
    random = Randomness(KEYED)
    assert [random.bits() for _ in range(2)] == PINNED[:2]
    assert Randomness(mixed(KEYED, "label")).bits() == PINNED[2]
    assert Randomness(KEYED).fork("label").bits() == PINNED[3]


@pytest.mark.parametrize("seed", [5, KEYED])
def test_a_fork_depends_on_place_and_label_and_does_not_move_its_parent(seed: int) -> None:
    random = Randomness(seed)
    forks = [random.fork("a").bits(), random.fork("b").bits()]
    assert random.bits() == Randomness(seed).bits()
    forks.append(random.fork("a").bits())
    assert len(set(forks)) == 3


@pytest.mark.parametrize("seed", [5, KEYED])
def test_a_copy_goes_on_like_the_original(seed: int) -> None:
    random = Randomness(seed)
    for _ in range(11):
        random.bits()
    copies = [copy.copy(random), copy.deepcopy(random), pickle.loads(pickle.dumps(random))]
    following = [random.bits() for _ in range(20)]
    assert all([each.bits() for _ in range(20)] == following for each in copies)


@pytest.mark.parametrize("seed", [5, KEYED])
def test_numbers_are_spread_evenly(seed: int) -> None:
    random = Randomness(seed)
    counts = Counter(random.below(10) for _ in range(10_000))
    assert sorted(counts) == list(range(10))
    assert all(900 < count < 1100 for count in counts.values())


def test_secret_seeds_have_128_bits_that_differ() -> None:
    seeds = [secret_seed() for _ in range(200)]
    assert len(set(seeds)) == 200
    assert all(KEYED_FROM**2 <= seed < 2 * KEYED_FROM**2 <= LARGEST_SEED for seed in seeds)
    ones = [sum(seed >> place & 1 for seed in seeds) for place in range(128)]
    assert all(40 < count < 160 for count in ones)
