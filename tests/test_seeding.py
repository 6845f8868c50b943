"""Streams are uniform, independent and frozen; splits are a function of content."""

import itertools
from collections import Counter
from hashlib import blake2b

import pytest

from synth_envs.seeding import SPLITS, TaskRandom, split_of, stream_key, task_rng


def chi_squared(counts, expected):
    return sum((count - expected) ** 2 / expected for count in counts)


def looks_uniform(draws, outcomes):
    """Five standard deviations of the chi-squared law; the streams are fixed, so is the verdict."""
    outcomes = list(outcomes)
    counts = Counter(draws)
    assert set(counts) <= set(outcomes)
    freedom = len(outcomes) - 1
    statistic = chi_squared([counts[o] for o in outcomes], counts.total() / len(outcomes))
    return abs(statistic - freedom) < 5 * (2 * freedom) ** 0.5


# --- the laws of the draws -------------------------------------------------------------------


@pytest.mark.parametrize("n", [2, 3, 7, 10, 64, 100])
def test_randrange_is_uniform(n):
    rng = task_rng(1, "train", n)
    assert looks_uniform([rng.randrange(n) for _ in range(200 * n)], range(n))


def test_the_first_draws_of_many_streams_are_uniform():
    """Tasks use few draws of many streams, not many draws of one."""
    assert looks_uniform([task_rng(0, "train", i).randrange(10) for i in range(5000)], range(10))
    assert looks_uniform([task_rng(s, "train", 0).randrange(10) for s in range(5000)], range(10))


def test_successive_draws_are_independent():
    rng = task_rng(2, "train", 0)
    draws = [rng.randrange(6) for _ in range(12_000)]
    pairs = list(zip(draws[::2], draws[1::2], strict=True))
    assert looks_uniform(pairs, itertools.product(range(6), repeat=2))


def test_draws_around_a_refill_are_uniform():
    """A block has 512 bits and is refilled below 64: draw the eighth word of 64 bits each time."""
    last = []
    for index in range(3000):
        rng = task_rng(3, "train", index)
        for _ in range(7):
            rng.randrange(2**63)
        last.append(rng.randrange(8))
    assert looks_uniform(last, range(8))


def test_large_ranges():
    rng = task_rng(4, "train", 0)
    draws = [rng.randrange(2**63 + 5) for _ in range(2000)]
    assert looks_uniform([draw * 8 // (2**63 + 5) for draw in draws], range(8))
    assert len(set(draws)) == len(draws)


def test_randint_includes_both_ends():
    rng = task_rng(5, "train", 0)
    assert looks_uniform([rng.randint(-2, 2) for _ in range(2000)], range(-2, 3))
    assert rng.randint(7, 7) == 7


def test_random_is_uniform_in_the_half_open_unit_interval():
    rng = task_rng(6, "train", 0)
    draws = [rng.random() for _ in range(4000)]
    assert all(0 <= draw < 1 for draw in draws)
    assert looks_uniform([int(16 * draw) for draw in draws], range(16))
    assert looks_uniform([int(2**53 * draw) % 8 for draw in draws], range(8))


def test_choice_is_uniform():
    rng = task_rng(7, "train", 0)
    assert looks_uniform([rng.choice("abcde") for _ in range(2000)], "abcde")
    assert rng.choice([None]) is None


def test_shuffle_draws_every_order_equally():
    rng = task_rng(8, "train", 0)
    orders = []
    for _ in range(4800):
        items = list("abcd")
        rng.shuffle(items)
        orders.append(tuple(items))
    assert looks_uniform(orders, itertools.permutations("abcd"))


def test_sample_draws_every_arrangement_equally():
    rng = task_rng(9, "train", 0)
    draws = [tuple(rng.sample(range(5), 3)) for _ in range(6000)]
    assert looks_uniform(draws, itertools.permutations(range(5), 3))


def test_sample_edges():
    rng = task_rng(10, "train", 0)
    assert rng.sample("abc", 0) == []
    assert sorted(rng.sample("abc", 3)) == ["a", "b", "c"]
    assert sorted(rng.sample("aab", 3)) == ["a", "a", "b"]  # positions, not values
    with pytest.raises(ValueError, match="cannot draw 4 of 3"):
        rng.sample("abc", 4)


def test_sample_and_shuffle_leave_the_population_alone():
    population = (1, 2, 3)
    task_rng(11, "train", 0).sample(population, 2)
    items = [1, 2, 3, 4]
    task_rng(11, "train", 0).shuffle(items)
    assert population == (1, 2, 3)
    assert sorted(items) == [1, 2, 3, 4]


# --- streams ---------------------------------------------------------------------------------


def words(*name, count=40):
    rng = task_rng(*name)
    return [rng.randrange(2**60) for _ in range(count)]


def test_a_stream_is_a_function_of_its_name():
    assert words(3, "train", 5) == words(3, "train", 5)


def test_neighbouring_streams_share_nothing():
    seen = Counter()
    for seed, split, index, purpose in itertools.product(
        (-1, 0, 1, 2, 11), (*SPLITS, "all"), (0, 1, 2, 11), ("task", "misread")
    ):
        seen.update(words(seed, split, index, purpose))
    assert max(seen.values()) == 1


def test_neighbouring_seeds_share_no_tasks():
    """Seed arithmetic (stream of seed s + i) would make these overlap almost entirely."""
    first = {tuple(words(0, "train", i, count=2)) for i in range(500)}
    second = {tuple(words(1, "train", i, count=2)) for i in range(500)}
    assert not first & second


def test_neighbouring_streams_are_uncorrelated():
    pairs = [
        (task_rng(s, "train", 0).randrange(5), task_rng(s + 1, "train", 0).randrange(5))
        for s in range(5000)
    ]
    assert looks_uniform(pairs, itertools.product(range(5), repeat=2))


def test_names_are_distinct():
    names = [
        stream_key(*name)
        for name in itertools.product((-1, 0, 1, 10, 11), SPLITS, (0, 1, 10, 11), ("task", "x"))
    ]
    assert len(set(names)) == len(names)


def test_huge_and_negative_seeds():
    assert words(2**200, "train", 0) != words(2**200 + 1, "train", 0)
    assert words(-5, "train", 0) != words(5, "train", 0)


def test_golden_values():
    """Frozen: a change here changes every task of every id, and needs new versions of all ids."""
    rng = task_rng(0, "train", 0)
    assert [rng.randrange(100) for _ in range(10)] == GOLDEN["randrange"]
    assert rng.random() == GOLDEN["random"]
    assert rng.sample(range(10), 4) == GOLDEN["sample"]
    assert rng.choice("abcdef") == GOLDEN["choice"]
    assert rng.randint(-5, 5) == GOLDEN["randint"]
    items = list(range(8))
    rng.shuffle(items)
    assert items == GOLDEN["shuffle"]
    assert [rng.randrange(2**63) for _ in range(20)][-1] == GOLDEN["after two refills"]
    assert TaskRandom(b"any key").randrange(10**12) == GOLDEN["any key"]
    assert words(7, "test", 123456, "purpose", count=1) == GOLDEN["named"]


GOLDEN = {
    "randrange": [50, 93, 16, 78, 98, 51, 60, 34, 46, 93],
    "random": 0.3676835364951395,
    "sample": [3, 7, 9, 1],
    "choice": "b",
    "randint": -5,
    "shuffle": [0, 3, 1, 6, 4, 7, 2, 5],
    "after two refills": 8307723433456116401,
    "any key": 750420400009,
    "named": [944284933268530056],
    "splits": "rarrrrrrrrrrrrrrarrerrrrrrrrrrrrrrerrrrr",
}


# --- splits ----------------------------------------------------------------------------------


def digests(count):
    return [blake2b(b"%d" % i, digest_size=16).digest() for i in range(count)]


def test_split_proportions():
    shares = Counter(split_of(digest) for digest in digests(20_000))
    assert set(shares) == set(SPLITS)
    for split, share in (("train", 0.8), ("validation", 0.1), ("test", 0.1)):
        deviation = (20_000 * share * (1 - share)) ** 0.5
        assert abs(shares[split] - 20_000 * share) < 4 * deviation


def test_a_split_depends_on_the_first_eight_bytes_only():
    for digest in digests(100):
        assert split_of(digest) == split_of(digest[:8]) == split_of(digest[:8] + b"other")


def test_golden_splits():
    assert "".join(split_of(digest)[1] for digest in digests(40)) == GOLDEN["splits"]
