"""Classes that store things, driven by a list of commands."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["CacheClass"]

_SOURCE_CACHE = Text("""\
class Cache:
    def __init__(self, size):
        self.size = size
        self.values = {}
        self.uses = {}
        self.dropped = []

    def touch(self, key):
        $touch

    def get(self, key):
        if key not in self.values:
            return -1
$on_get        return self.values[key]

    def put(self, key, value):
        if key in self.values:
            $on_update
            self.values[key] = value
            return
        if len(self.values) == self.size:
            victim = $victim
            del self.values[victim]
            $drop
        self.values[key] = value
        self.uses[key] = 1


def run(size, commands):
    cache = Cache(size)
    answers = []
    for command in commands:
        word, key, *rest = command.split()
        if word == 'get':
            answers.append(cache.get(key))
        elif word == 'put':
            cache.put(key, int(rest[0]))
        elif word == 'del' and key in cache.values:
            del cache.values[key]
    return $asked
""")
_SECOND_CACHE = Text("""\
def run(size, commands):
    entries = []
    answers, dropped = [], []
    for clock, command in enumerate(commands):
        parts = command.split()
        here = [e for e in entries if e['key'] == parts[1]]
        if parts[0] == 'get':
            answers.append(here[0]['value'] if here else -1)
            for e in here:
                e['used'] = clock if $gets else e['used']
                e['count'] += $gets
        elif parts[0] == 'del':
            entries = [e for e in entries if e['key'] != parts[1]]
        elif parts[0] == 'put' and here:
            here[0]['value'] = int(parts[2])
            here[0]['used'] = clock if $updates else here[0]['used']
            here[0]['count'] += $updates
        elif parts[0] == 'put':
            if len(entries) >= size:
                worst = sorted(entries, key=lambda e: $order)[0]
                entries.remove(worst)
                dropped.append(worst['key'])
            new = {'key': parts[1], 'value': int(parts[2]), 'used': clock, 'count': 1}
            entries.append(new)
    entries.sort(key=lambda e: e['used'])
    final = [e['key'] for e in entries]
    return $second_asked
""")
#: Policies: text, victim, the second's sort key.
_POLICIES = (
    ("the one whose last use is longest ago", "next(iter(self.values))", "e['used']"),
    ("the one whose last use is most recent", "list(self.values)[-1]", "-e['used']"),
    (
        "the one with the fewest uses since it was inserted, and among several of these the one whose last use is longest ago",
        "min(self.values, key=lambda one: self.uses[one])",
        "(e['count'], e['used'])",
    ),
    (
        "the one with the smallest value, and among several of these the one whose last use is longest ago",
        "min(self.values, key=lambda one: self.values[one])",
        "(e['value'], e['used'])",
    ),
    (
        "the one with the largest value, and among several of these the one whose last use is longest ago",
        "max(self.values, key=lambda one: self.values[one])",
        "(-e['value'], e['used'])",
    ),
)
_ASKED_CACHE = (
    (
        "Return the list of the answers to the `get` commands, in order",
        "list[int]",
        "answers",
        "answers",
    ),
    (
        "Return the list of the keys in the cache at the end, ordered by their last use, the oldest first",
        "list[str]",
        "list(cache.values)",
        "final",
    ),
    (
        "Return the list of the keys that were removed for lack of room, in order (a key may occur several times)",
        "list[str]",
        "cache.dropped",
        "dropped",
    ),
    (
        "Return [the number of `get` commands that found their key, the number of those that did not, the sum of the values in the cache at the end]",
        "list[int]",
        "[sum(a >= 0 for a in answers), answers.count(-1), sum(cache.values.values())]",
        "[len([a for a in answers if a != -1]), len([a for a in answers if a == -1]), sum(e['value'] for e in entries)]",
    ),
)


class CacheClass(Template):
    """Write a cache with a drawn rule for what has to go, and run commands on it."""

    name: ClassVar[str] = "cache_class"
    group: ClassVar[str] = "classes"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the rule, what counts as a use, and what is asked."""
        words, victim, order = rng.choice(_POLICIES[:2] if difficulty < 0.2 else _POLICIES)
        asked = rng.choice(_ASKED_CACHE)
        gets, updates = rng.choice(((True, True), (True, False), (False, True)))
        uses = " Inserting a key counts as a use of it"
        uses += ", a `get` that finds its key too" if gets else ", a `get` does not"
        uses += (
            ", and so does a `put` to a key that is there."
            if updates
            else ", but a `put` to a key that is there does not."
        )
        if not gets and updates:
            uses = " Inserting a key and a `put` to a key that is there count as uses of it; a `get` does not."
        touch = "self.values[key] = self.values.pop(key)"
        if "uses" in victim:
            touch += "\n        self.uses[key] += 1"
        source = _SOURCE_CACHE.substitute(
            touch=touch,
            on_get="        self.touch(key)\n" if gets else "",
            on_update="self.touch(key)" if updates else "",
            victim=victim,
            drop="self.dropped.append(victim)",
            asked=asked[2],
        )
        if "uses" not in victim:
            source = source.replace("        self.uses = {}\n", "").replace(
                "        self.uses[key] = 1\n", ""
            )
        if "dropped" not in asked[2]:
            source = source.replace("        self.dropped = []\n", "")
            source = source.replace("            self.dropped.append(victim)\n", "")
        if "answers" not in asked[2]:
            source = source.replace("    answers = []\n", "")
            source = source.replace("answers.append(cache.get(key))", "cache.get(key)")
        source = source.replace("            \n", "")
        return self.problem(
            entry="run",
            parameters=(("size", "int"), ("commands", "list[str]")),
            returns=asked[1],
            statement=(
                f"A cache holds at most `size` keys (at least 1), each with a value, and is empty at "
                f"first. Carry out `commands` in order, preferably with a class for the cache. "
                f"`put KEY V` sets the value of the key to the non-negative number V; if the key is not "
                f"there, it is inserted, and if there is no room for it, one key is removed just before "
                f"that: {words}.{uses} `get KEY` answers with the value of the key, or -1 if it is not "
                f"there. `del KEY` deletes the key with all that is known about it, if it is there. "
                f"{asked[0]}."
            ),
            source=source,
            second=_SECOND_CACHE.substitute(
                gets=gets, updates=updates, order=order, second_asked=asked[3]
            ),
            inputs=_cache_inputs(rng, difficulty),
            difficulty=difficulty,
        )


def _cache_inputs(rng: TaskRandom, difficulty: float) -> list[list[Json]]:
    given: list[list[Json]] = [
        [2, ["put a 4", "put b 2", "get a", "put c 3", "get a", "get b"]],
        [2, ["put x 1", "put y 5", "put x 7", "put z 5", "get x", "get y", "put w 2"]],
        [3, ["put k 0", "get m", "put m 9", "del k", "get k"]],
        [2, []],
        [2, ["put p 4", "put q 3", "get p", "put r 2", "get p", "get q", "get r"]],
        [2, ["put p 1", "put q 5", "put p 9", "put r 5", "get p", "get q", "put s 2", "get r"]],
        [
            3,
            ["put p 0", "get q", "put q 8", "del p", "get p", "del q", "get q", "put p 0", "get p"],
        ],
        [1, ["put p 0", "get p", "put p 3", "get p", "put q 2", "get q", "get p", "put q 0"]],
        [
            3,
            [
                "put p 1",
                "put q 2",
                "put r 3",
                "get p",
                "put s 4",
                "get p",
                "get q",
                "get r",
                "get s",
            ],
        ],
        [1, ["get a"]],
        [1, ["del a", "put a 1", "put b 2", "put c 3", "get a", "get c"]],
        [2, ["put a 1", "put a 2", "put a 3", "get a", "put b 1", "put c 1", "get a"]],
        [5, ["put a 1", "put b 2", "get a", "del a", "put a 3"]],
    ]
    for _ in range(36):
        keys = "abcdef"[: rng.randint(3, 6)]
        commands: list[Json] = []
        for _ in range(rng.randint(6, 14 + int(40 * difficulty))):
            word = rng.choice(
                ("put", "put", "put", "get", "get", "get", "del" if rng.randrange(3) else "put")
            )
            key = rng.choice(keys)
            commands.append(f"put {key} {rng.randint(0, 12)}" if word == "put" else f"{word} {key}")
        given.append([rng.randint(1, 4), commands])
    return given
