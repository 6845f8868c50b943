"""Who lives where: a row of houses, and clues that leave one arrangement."""

import re
from functools import cache

from synth_envs.core import Task
from synth_envs.math.answers import Choice
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.seeding import TaskRandom

__all__ = ["Zebra"]

_CATEGORIES = tuple(
    (name, form, words.split())
    for name, form, words in (
        ("name", "{}", "Ada Ben Cleo Emil Hana Leo Nina Otto Rosa Tom"),
        ("nationality", "the {}", "Brazilian Dane Egyptian Finn Greek Indian Kenyan Pole"),
        ("birthplace", "the person born in {}", "Cairo Delhi Lima Oslo Paris Quito Rome Tokyo"),
        ("birth month", "the person born in {}", "January March April June July October"),
        ("instrument", "the player of the {}", "cello flute harp organ piano trumpet violin"),
        ("drink", "the person who drinks {}", "cocoa coffee juice lemonade milk tea water"),
        ("pet", "the owner of the {}", "cat dog fox hamster horse parrot snail zebra"),
    )
)
_WORDINGS = (
    "There are {n} houses in a row, numbered 1 to {n} from left to right. One person lives in each.",
    "{n} people live in a row of {n} houses, one in each. The houses are numbered 1 to {n} from left to right.",
    "A street has {n} houses with one inhabitant each; from left to right they are numbers 1 to {n}.",
)
_ASK = 'Give the house number for each name and for each {last}, such as "{one}: 1, {two}: 2, ...".'
# What a clue says, and which steps from the house of x to the house of y it allows.
_AT, _DIFFER = "{x} lives in {y}", "{x} is not {y}"
_RELATIONS = {
    "{x} is {y}": frozenset([0]),
    _DIFFER: frozenset(range(-9, 10)) - {0},
    "{x} lives directly to the left of {y}": frozenset([1]),
    "{x} lives directly to the right of {y}": frozenset([-1]),
    "{x} lives somewhere to the left of {y}": frozenset(range(1, 10)),
    "{x} lives somewhere to the right of {y}": frozenset(range(-9, 0)),
    "{x} lives next to {y}": frozenset([1, -1]),
    "exactly one house stands between {x} and {y}": frozenset([2, -2]),
    _AT: frozenset([0]),
}
_TRUE_OF_STEP = [
    [text for text, steps in _RELATIONS.items() if step in steps and text not in (_DIFFER, _AT)]
    for step in [*range(10), *range(-9, 0)]
]
_MARKS = {max(re.split(r"\{[xy]\}", text), key=len): steps for text, steps in _RELATIONS.items()}
_Clue = tuple[str, int, int]  # a relation, x and y
_Rules = dict[str, list[tuple[frozenset[int], str]]]


class Zebra(MathFamily):
    """Place people and what belongs to them in a row of houses; exactly one arrangement fits.

    Difficulty sets the number of houses (4 to 6) and of categories (3 to 5). Asking for two
    categories leaves a guesser at most one chance in 576.
    """

    family = "zebra"
    group = "logic"
    answer = Choice(hint="a house number for each, such as Ada: 2, tea: 1")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw the arrangement, then clues until propagation finds it; drop what it can spare."""
        n, k = 4 + int(2.99 * difficulty), 3 + int(2 * difficulty + 0.5)
        chosen = [_CATEGORIES[0], *rng.sample(_CATEGORIES[1:], k - 1)]
        rows = [(name, form, sorted(rng.sample(options, n))) for name, form, options in chosen]
        # The houses themselves are the last n items, whose places are known.
        house = [i for _ in range(k) for i in rng.sample(range(n), n)] + list(range(n))
        domains = [(1 << n) - 1] * (n * k) + [1 << i for i in range(n)]
        clues = [_relation(rng, house, n, rng.randrange(n * k)) for _ in range(n * k)]
        trial = domains.copy()
        _propagate(trial, clues, n)
        while unknown := [x for x, mask in enumerate(trial) if mask & mask - 1]:
            x = rng.choice(unknown)
            clue = _relation(rng, house, n, x)
            narrows = trial[x] & ~_images(clue[0], n)[1][trial[clue[2]]]
            clues.append(clue if narrows else (_AT, x, n * k + house[x]))
            _propagate(trial, clues, n)
        clues = _spare(domains, clues, n)
        rng.shuffle(clues)
        words = [form.format(value) for _, form, values in rows for value in values]
        words += [f"house {i + 1}" for i in range(n)]
        texts = [relation.format(x=words[x], y=words[y]) for relation, x, y in clues]
        lines = [f"{text[0].upper()}{text[1:]}." for text in texts]
        *listed, end = (f"{name} ({', '.join(values)})" for name, _, values in rows)
        head = phrasing(_WORDINGS, *lines).format(n=n)
        head += f" Each person has a different {', '.join(listed)} and {end}."
        names, (last, _, others) = rows[0][2], rows[-1]
        ask = _ASK.format(last=last, one=names[0], two=names[1])
        places = [*enumerate(names), *enumerate(others, n * k - n)]
        answer = ", ".join(f"{value}: {house[i] + 1}" for i, value in places)
        return Task(self.family, "\n".join([head, *lines, ask]), answer, difficulty)

    def solve(self, prompt: str) -> str:
        """Place one item after another, the one with the fewest places left first."""
        head, *lines, _ = prompt.split("\n")
        groups = [group.split(", ") for group in re.findall(r"\(([^)]*)\)", head)]
        domains = {v: frozenset(range(1, len(group) + 1)) for group in groups for v in group}
        differ = _RELATIONS[_DIFFER]
        rules = {x: [(differ, y) for y in group if y != x] for group in groups for x in group}
        for line in lines:
            x, *others = (word for word in re.findall(r"\w+", line) if word in rules)
            if others:
                steps = next(_MARKS[mark] for mark in reversed(_MARKS) if mark in line.lower())
                rules[x].append((steps, others[0]))
                rules[others[0]].append((frozenset(-step for step in steps), x))
            else:
                domains[x] &= {int(re.findall(r"[0-9]", line)[0])}
        places = _place(domains, rules)
        return ", ".join(f"{value}: {places[value]}" for value in groups[0] + groups[-1])

    def cheats(self, task: Task) -> list[str]:
        """Only one category, two houses for one person, a swap, more than was asked."""
        items = self.oracle(task).split(", ")
        (a, i), (b, j) = (item.split(": ") for item in items[:2])
        half, swapped = items[: len(items) // 2], [f"{a}: {j}", f"{b}: {i}", *items[2:]]
        return [", ".join(x) for x in (half, swapped, [*items, f"{a}: {j}"], [*items, "Zorro: 1"])]


@cache
def _images(relation: str, n: int) -> tuple[list[int], list[int]]:
    """Where y may be for each set of houses of x, and where x may be for each of y."""
    steps, houses = _RELATIONS[relation], range(n)
    pairs = [(i, j) for i in houses for j in houses if j - i in steps]
    masks = range(1 << n)
    return (
        [sum({1 << j for i, j in pairs if mask >> i & 1}) for mask in masks],
        [sum({1 << i for i, j in pairs if mask >> j & 1}) for mask in masks],
    )


def _relation(rng: TaskRandom, house: list[int], n: int, x: int) -> _Clue:
    """A true relation between x and another item."""
    y = rng.randrange(len(house) - n)
    if rng.randrange(3) == 0:  # who is who says more than who lives where
        y = house.index(house[x], y // n * n)
    if y == x:
        y = (x + 1) % (len(house) - n)
    step = house[y] - house[x]
    differ = step and x // n != y // n and rng.randrange(4) == 0
    return _DIFFER if differ else rng.choice(_TRUE_OF_STEP[step]), x, y


def _spare(domains: list[int], clues: list[_Clue], n: int) -> list[_Clue]:
    """The clues without those that propagation can spare; the latest few are tried one by one."""
    clues = _propagate(domains.copy(), clues, n)
    for clue in clues[:-11:-1]:
        trial = domains.copy()
        used = _propagate(trial, [other for other in clues if other != clue], n)
        if not any(mask & mask - 1 for mask in trial):
            clues = used
    return clues


def _propagate(domains: list[int], clues: list[_Clue], n: int) -> list[_Clue]:
    """Narrow the domains until nothing changes; the clues that narrowed one."""
    links = [(clue, clue[1], clue[2], *_images(clue[0], n)) for clue in clues]
    used: dict[_Clue, None] = {}
    changed = True
    while changed:
        changed = False
        for clue, x, y, forth, back in links:
            a = domains[x] & back[domains[y]]
            b = domains[y] & forth[a]
            if a != domains[x] or b != domains[y]:
                domains[x], domains[y] = a, b
                used[clue] = None
                changed = True
        for start in range(0, len(domains) - n, n):
            group = domains[start : start + n]
            single = sum(mask for mask in group if not mask & mask - 1)
            seen = twice = 0
            for mask in group:
                twice |= seen & mask
                seen |= mask
            for x, mask in enumerate(group, start):
                rest = mask & ~twice or mask & ~single
                if mask & mask - 1 and rest != mask:
                    domains[x] = rest
                    changed = True
    return [clue for clue in dict.fromkeys(clues) if clue in used]


def _place(domains: dict[str, frozenset[int]], rules: _Rules) -> dict[str, int]:
    """One house for each item; empty when there is none."""
    if not all(domains.values()):
        return {}
    if not rules:
        return {x: min(places) for x, places in domains.items()}
    x = min(rules, key=lambda item: len(domains[item]))
    rest = {item: rule for item, rule in rules.items() if item != x}
    for i in sorted(domains[x]):
        trial = {**domains, x: frozenset([i])}
        for steps, y in rules[x]:
            trial[y] = frozenset(j for j in trial[y] if j - i in steps)
        if places := _place(trial, rest):
            return places
    return {}
