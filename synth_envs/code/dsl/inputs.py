"""Arguments for drawn programs: telling small ones, boundaries of their constants, large ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["MAKERS", "NAMES", "WORDS", "Maker", "Parts"]

#: Small values, boundary values, large values.
Parts: TypeAlias = tuple[list[Json], list[Json], list[Json]]
#: Given the stream, the integers and the texts of the term: small values, boundary values, large.
Maker: TypeAlias = Callable[[TaskRandom, Sequence[int], Sequence[str]], Parts]

WORDS = [
    "apple",
    "arm",
    "art",
    "atlas",
    "cap",
    "car",
    "card",
    "cart",
    "cat",
    "cello",
    "civic",
    "clip",
    "coat",
    "cod",
    "coral",
    "crane",
    "dad",
    "dance",
    "deed",
    "den",
    "desk",
    "dot",
    "drum",
    "eagle",
    "ear",
    "eel",
    "end",
    "eve",
    "eye",
    "idea",
    "inch",
    "ink",
    "iris",
    "iron",
    "island",
    "label",
    "lamp",
    "lap",
    "leaf",
    "lemon",
    "level",
    "lid",
    "lion",
    "lot",
    "lotus",
    "mad",
    "map",
    "march",
    "meadow",
    "melon",
    "mill",
    "mint",
    "moon",
    "mom",
    "nest",
    "net",
    "nine",
    "noon",
    "note",
    "nut",
    "oar",
    "oat",
    "ocean",
    "olive",
    "onion",
    "opal",
    "open",
    "otter",
    "pan",
    "peel",
    "pepper",
    "pine",
    "planet",
    "pop",
    "pot",
    "radar",
    "rain",
    "ram",
    "red",
    "rice",
    "road",
    "rotor",
    "rust",
    "sail",
    "sand",
    "seed",
    "sees",
    "silver",
    "sis",
    "spoon",
    "stats",
    "sun",
    "tail",
    "tent",
    "test",
    "tin",
    "tiger",
    "tomato",
    "tot",
    "toast",
    "tree",
    "trout",
]
NAMES = ("ana", "bob", "cleo", "dan", "eva", "finn", "gus", "hana", "ines", "otto", "rosa", "tim")
_TEXTS = (
    "Hello World 2024",
    "a1 B2 c3",
    "The Quick Brown Fox",
    "noon at 12",
    "AEIOU and y",
    "Room 101, Level 5",
    "mississippi",
    "R2D2 & C3PO",
    "x",
    "Go, Go, GO!",
    "No spaces",
    "abcXYZ789",
    "Eve saw 7 Owls.",
    "aaBBcc  dd",
)


def _around(constants: Sequence[int]) -> list[int]:
    return [c + by for c in constants[:4] if -50 <= c <= 100 for by in (-1, 0, 1)]


def _numbers(rng: TaskRandom, count: int, edge: Sequence[int]) -> list[Json]:
    low, high = ((-9, 12), (0, 20), (-4, 30), (1, 9))[rng.randrange(4)]
    span = high - low + 1
    found: list[Json] = [low + rng.randrange(span) for _ in range(count)]
    if count > 2 and edge:
        found[rng.randrange(count)] = rng.choice(edge)
    if count > 3 and rng.randrange(3) == 0:
        place = rng.randrange(count - 1)
        found[place + 1] = found[place]
    return found


def number_lists(rng: TaskRandom, ints: Sequence[int], _: Sequence[str]) -> Parts:
    """Lists of integers."""
    edge = _around(ints)
    small = [_numbers(rng, 4 + place % 4, edge) for place in range(14)]
    bounds: list[Json] = [
        [],
        [0],
        [rng.randint(1, 9)],
        [-rng.randint(1, 9)],
        [5, 5, 5, 5],
        [-3, -8, -3, -1],
        [2, 4],
        [7, 1, 7],
    ]
    bounds += [[one] for one in dict.fromkeys(edge)][:6]
    bounds += [[0, *edge[:6], *edge[1:3]], [1, 2, 3, 4, 5, 6, 7, 8], [9, 8, 6, 6, 3, 3, 3, 0]]
    large = [_numbers(rng, count, edge) for count in (10, 10, 11, 12, 13, 15, 16, 18, 22, 26)]
    return small, bounds, large


def word_lists(rng: TaskRandom, _: Sequence[int], letters: Sequence[str]) -> Parts:
    """Lists of words."""
    marked = [word for word in WORDS if any(one in word for one in letters)] or WORDS

    def words(count: int) -> list[Json]:
        found: list[Json] = [
            rng.choice(WORDS if rng.randrange(2) else marked) for _ in range(count)
        ]
        if count > 3 and rng.randrange(2):
            found[rng.randrange(count)] = found[rng.randrange(count)]
        return found

    small: list[Json] = [words(3 + place % 4) for place in range(14)]
    bounds: list[Json] = [
        [],
        ["a"],
        ["noon"],
        [rng.choice(marked)],
        ["eel", "eel", "eel"],
        ["tin", "ten", "ton", "tin"],
        ["a", "at", "art", "aria"],
        ["zebra", "fox"],
    ]
    bounds += [words(2) for _ in range(6)]
    large: list[Json] = [words(count) for count in (8, 8, 9, 10, 11, 12, 14, 16, 18, 20)]
    return small, bounds, large


def texts(rng: TaskRandom, _: Sequence[int], letters: Sequence[str]) -> Parts:
    """Texts of letters, digits, spaces and punctuation."""
    pool = (
        "aeiouAEIObcdmnstMNSTxyzXZ0123456789  .,-"
        + "".join(one for one in letters if len(one) == 1) * 3
    )

    def text(count: int) -> str:
        return "".join(rng.choice(pool) for _ in range(count))

    small: list[Json] = [*rng.sample(_TEXTS, 6), *(text(5 + place) for place in range(6))]
    bounds: list[Json] = [
        "",
        " ",
        "a",
        "A",
        "7",
        "aa",
        "zZ",
        "abc",
        "ABC",
        "123",
        "a a",
        "AaBbCc",
        "eee",
    ]
    large: list[Json] = [text(count) for count in (12, 14, 16, 18, 20, 24, 28, 32, 36, 40)]
    return small, bounds, large


def sentences(rng: TaskRandom, ints: Sequence[int], letters: Sequence[str]) -> Parts:
    """Texts of lowercase words with single spaces between them."""
    small, bounds, large = word_lists(rng, ints, letters)
    return tuple([" ".join(one) for one in part] for part in (small, bounds, large))  # type: ignore[return-value]


def tables(rng: TaskRandom, ints: Sequence[int], letters: Sequence[str]) -> Parts:
    """Dictionaries from words to integers."""
    edge = _around(ints)
    names = list(dict.fromkeys([*NAMES, *[word for word in WORDS if word[0] in letters][:8]]))

    def table(count: int) -> dict[str, Json]:
        return dict(zip(rng.sample(names, count), _numbers(rng, count, edge), strict=True))

    small: list[Json] = [table(3 + place % 4) for place in range(14)]
    bounds: list[Json] = [
        {},
        {"bob": 0},
        {"eva": -4},
        {"ana": 3, "bob": 3},
        {"tim": 5, "dan": 5, "ana": 5},
    ]
    bounds += [{"otto": one} for one in dict.fromkeys(edge)][:7]
    large: list[Json] = [table(count) for count in (7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12)]
    return small, bounds, large


def records(rng: TaskRandom, ints: Sequence[int], letters: Sequence[str]) -> Parts:
    """Lists of rows of a name and an integer; names come several times."""
    edge = _around(ints)
    names = list(dict.fromkeys([*NAMES, *[word for word in WORDS if word[0] in letters][:8]]))

    def rows(count: int) -> list[Json]:
        few = rng.sample(names, max(2, count // 2 + 1) if count < 20 else 11)
        return [[rng.choice(few), one] for one in _numbers(rng, count, edge)]

    small: list[Json] = [rows(4 + place % 3) for place in range(14)]
    bounds: list[Json] = [
        [],
        [["ana", 0]],
        [["eva", -3]],
        [["bob", 4], ["bob", 4]],
        [["tim", 2], ["ana", 2], ["tim", 2]],
    ]
    bounds += [[["otto", one]] for one in dict.fromkeys(edge)][:7]
    large: list[Json] = [rows(count) for count in (7, 8, 8, 9, 9, 10, 11, 12, 13, 14, 16, 18)]
    return small, bounds, large


def grids(rng: TaskRandom, ints: Sequence[int], _: Sequence[str]) -> Parts:
    """Rectangular lists of rows of integers."""
    edge = _around(ints)

    def grid(height: int, width: int) -> list[Json]:
        return [_numbers(rng, width, edge) for _ in range(height)]

    small: list[Json] = [grid(2 + place % 3, 2 + place % 2) for place in range(14)]
    bounds: list[Json] = [
        [],
        [[3]],
        [[-2]],
        [[0, 0], [0, 0]],
        [[1, 2, 3]],
        [[4], [4], [1]],
        [[1, 2], [1, 2]],
        [[5, 1], [2, 6]],
        [[2, 1], [9, 8]],
    ]
    bounds += [[[one, 1], [0, one]] for one in dict.fromkeys(edge)][:5]
    large: list[Json] = [
        grid(*shape)
        for shape in (
            (3, 3),
            (3, 4),
            (4, 3),
            (4, 4),
            (5, 3),
            (3, 5),
            (5, 5),
            (6, 4),
            (4, 6),
            (6, 6),
        )
    ]
    return small, bounds, large


def trees(rng: TaskRandom, ints: Sequence[int], _: Sequence[str]) -> Parts:
    """Lists of integers and of such lists."""
    edge = _around(ints) or [1]

    def tree(depth: int, most: int) -> list[Json]:
        return [
            tree(depth - 1, 3)
            if depth and rng.randrange(5) < 2
            else rng.choice((rng.randint(-9, 20), rng.choice(edge)))
            for _ in range(rng.randint(1, most))
        ]

    small: list[Json] = [[rng.randint(1, 12), tree(1, 3), rng.choice(edge)] for _ in range(12)]
    bounds: list[Json] = [
        [],
        [0],
        [[]],
        [[[]]],
        [7],
        [-4, -6],
        [[5]],
        [[[8]]],
        [2, [2, [2]]],
        [[-3], [-3]],
    ]
    bounds += [[one, [one]] for one in dict.fromkeys(edge)][:6]
    large: list[Json] = [tree(3, 5) for _ in range(16)]
    return small, bounds, large


def _counting(low: int, high: int) -> Maker:
    def numbers(rng: TaskRandom, ints: Sequence[int], _: Sequence[str]) -> Parts:
        first = rng.randint(min(high // 4, 150), min(high // 2, 900))
        small: list[Json] = [first + 3 * place for place in rng.sample(range(12), 12)]
        bounds: list[Json] = [0, 1, 2, 3, 4, 7, 9, 10, 11, 12]
        bounds += [one for one in _around(ints) if 0 <= one <= high]
        # A sample of a large range would copy the range.
        large: list[Json] = (
            list(rng.sample(range(low, high + 1), 22))
            if high < 500
            else [rng.randint(low, high) for _ in range(22)]
        )
        return small, bounds, large

    return numbers


#: By the kind of the inputs.
MAKERS: dict[str, Maker] = {
    "list[int]": number_lists,
    "list[str]": word_lists,
    "text": texts,
    "sentence": sentences,
    "dict[str, int]": tables,
    "list[row2]": records,
    "list[list[int]]": grids,
    "list": trees,
    "digits": _counting(1, 99_999),
    "bits": _counting(1, 2_000),
    "up_to": _counting(3, 60),
    "divisors": _counting(2, 180),
    "halvings": _counting(3, 900),
}
