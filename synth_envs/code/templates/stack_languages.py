"""Small languages whose words work on a stack or on a queue."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["StackLanguage"]

#: Operations: word, how many numbers it takes, text (x was taken first, then y, then z), the numbers that it puts back
#: in the reference, the same in the other program.
_OPERATIONS = (
    ("add", 2, "puts x + y", "[x + y]", "[sum(taken)]"),
    ("sub", 2, "puts y - x", "[y - x]", "[taken[1] + -taken[0]]"),
    ("mul", 2, "puts x * y", "[x * y]", "[prod(taken)]"),
    ("dup", 1, "puts x, then x again", "[x, x]", "taken * 2"),
    ("neg", 1, "puts -x", "[-x]", "[0 - taken[0]]"),
    ("drop", 1, "puts nothing", "[]", "taken[1:]"),
    ("swap", 2, "puts x, then y", "[x, y]", "taken"),
    ("over", 2, "puts y, then x, then y", "[y, x, y]", "[taken[1], *taken]"),
    ("max", 2, "puts the larger of x and y", "[max(x, y)]", "sorted(taken)[1:]"),
    ("less", 2, "puts 1 if y < x, and else 0", "[int(y < x)]", "[(taken[0] - taken[1] > 0) * 1]"),
    ("turn", 3, "puts y, then x, then z", "[y, x, z]", "[taken[1], taken[0], taken[2]]"),
    ("inc", 1, "puts x + 1", "[x + 1]", "[-~taken[0]]"),
    ("abs", 1, "puts the absolute value of x", "[abs(x)]", "[max(taken[0], -taken[0])]"),
    (
        "pick",
        2,
        "puts y if x is 0, and else x",
        "[x or y]",
        "[taken[0] if taken[0] != 0 else taken[1]]",
    ),
)
#: What happens if there are too few numbers: text, lines of the reference in `take`'s caller, and
#: lines of the other program.
_FEWER = (
    (
        "If there are fewer numbers than a word takes, the word does nothing",
        "            return\n",
        "return state, True",
    ),
    (
        "If there are fewer numbers than a word takes, the whole program ends at once",
        "            self.ended = True\n            return\n",
        "return state, False",
    ),
    (
        "If there are fewer numbers than a word takes, all of them are removed and nothing is put",
        "            self.numbers.clear()\n            return\n",
        "return (), True",
    ),
)
#: Repetition: text (N is taken, the body is carried out), lines of the reference, and of the other.
_LOOPS = (
    ("", "", ""),
    (
        " `[ ... ]` carries out what is between the brackets (words, and perhaps further brackets) twice.",
        "for _ in range(2):\n                self.run(word)",
        "rounds = [True] * 2",
    ),
    (
        " `[ ... ]` takes one number n (counting as a word that takes one) and carries out what is between the brackets (words, and perhaps further brackets) n times, but at most 4 times, and not at all if n is negative.",
        "for _ in range(min(self.numbers.$pop(), 4)):\n                self.run(word)",
        "rounds = [True] * max(0, min(4, state[$end]))\n            state = state[$rest]",
    ),
    (
        " `[ ... ]` takes one number (counting as a word that takes one) and carries out what is between the brackets (words, and perhaps further brackets) once if it is positive, and not at all otherwise.",
        "if self.numbers.$pop() > 0:\n                self.run(word)",
        "rounds = [1 for number in [state[$end]] if number > 0]\n            state = state[$rest]",
    ),
)
_ASKED = (
    (
        "Return the list of the numbers that are left at the end, the one that was put last at the end.",
        "list[int]",
        "list(machine.numbers)",
        "list(state)",
    ),
    (
        "Return [how many numbers are left at the end, their sum].",
        "list[int]",
        "[len(machine.numbers), sum(machine.numbers)]",
        "[len([*state]), sum(state)]",
    ),
    (
        "Return the list of the numbers that are left at the end, in the order in which they would be taken.",
        "list[int]",
        "list($order)",
        "[state[place] for place in range(len(state))][::$step]",
    ),
)
_SOURCE = Text("""\
from collections import deque


def parse(words):
    body = []
    for word in words:
        if word == "]":
            break
        body.append(parse(words) if word == "[" else word)
    return body


class Machine:
    def __init__(self):
        self.numbers = deque()
        self.ended = False

    def run(self, body):
        for word in body:
            if self.ended:
                return
            self.step(word)

    def step(self, word):
$loop        if word.lstrip("-").isdigit():
            self.numbers.append(int(word))
            return
        needed = $needed[word]
        if len(self.numbers) < needed:
$fewer        taken = [self.numbers.$pop() for _ in range(needed)]
$operations

def interpret(program):
    machine = Machine()
    machine.run(parse(iter(program.split())))
    return $answer
""")
_LOOP = """\
        if isinstance(word, list):
            if not self.numbers:
    $fewer            $loop
            return
"""
_LOOP_FREE = """\
        if isinstance(word, list):
            $loop
            return
"""
_AGAIN = Text("""\
from math import prod


def interpret(program):
    words = program.split()
    table = {
$table
    }

    def close(place):
        depth = 0
        while True:
            depth += {"[": 1, "]": -1}.get(words[place], 0)
            if depth == 0:
                return place
            place += 1

    def go(place, stop, state):
        if place == stop:
            return state, True
        word = words[place]
        if word == "[":
            end = close(place)
            state, goes = repeat(place + 1, end, state)
            return go(end + 1, stop, state) if goes else (state, False)
        if word in table:
            state, goes = apply(table[word], state)
            return go(place + 1, stop, state) if goes else (state, False)
        return go(place + 1, stop, (*state, int(word)))

    def repeat(start, stop, state):
$repeat
        for _ in rounds:
            state, goes = go(start, stop, state)
            if not goes:
                return state, False
        return state, True

    def apply(operation, state):
        size, put = operation
        if len(state) < size:
            $fewer
        taken = $taken
        return (*$left, *put(taken)), True

    state, _ = go(0, len(words), ())
    return $answer
""")


class StackLanguage(Template):
    """An interpreter of a small language of words on a stack or a queue."""

    name: ClassVar[str] = "stack_language"
    group: ClassVar[str] = "parsing"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the words, where numbers are taken from, what errors do, and the question."""
        operations = rng.sample(_OPERATIONS, 4 + int(2 * difficulty))
        queue = rng.randrange(2) == 1
        fewer, code, again = rng.choice(_FEWER)
        loop, lines, other = rng.choice(
            _LOOPS[: 2 + int(2 * difficulty)] if difficulty >= 0.2 else _LOOPS[:1]
        )
        asked, kind, answer, answer_again = rng.choice(_ASKED)
        pop = "popleft" if queue else "pop"
        order = "machine.numbers" if queue else "reversed(machine.numbers)"
        end, rest = ("0", "1:") if queue else ("-1", ":-1")
        takes = "taken" in other or "state[" in other
        looped = ""
        if loop:
            looped = Text(_LOOP if takes else _LOOP_FREE).substitute(
                fewer=code.replace("\n", "\n    ").rstrip(" ") if takes else "",
                loop=Text(lines).safe_substitute(pop=pop),
            )
        names = "xyz"
        branches = ""
        for word, size, _, put, _ in operations:
            if put == "[]":
                continue  # nothing is left to do
            branches += f'        {"elif" if branches else "if"} word == "{word}":\n'
            if size == 1:
                branches += "            x = taken[0]\n"
            else:
                branches += f"            {', '.join(names[:size])} = taken\n"
            if "," in put and "(" not in put:
                branches += f"            self.numbers.extend({put})\n"
            else:
                branches += f"            self.numbers.append({put[1:-1]})\n"
        needed = "{" + ", ".join(f'"{word}": {size}' for word, size, *_ in operations) + "}"
        words = "; ".join(
            f"`{word}` takes {' and then '.join(names[:size]) if size < 3 else 'x, then y, then z'} and {text}"
            for word, size, text, *_ in operations
        )
        source = _SOURCE.substitute(
            loop=looped,
            needed=needed,
            fewer=code,
            pop=pop,
            operations=branches,
            answer=Text(answer).safe_substitute(order=order),
        )
        if "ended = True" not in source:
            source = source.replace("        self.ended = False\n", "")
            source = source.replace("            if self.ended:\n                return\n", "")
        if not loop:
            start, stop = source.index("def parse"), source.index("class Machine")
            source = source[:start] + source[stop:]
            source = source.replace("parse(iter(program.split()))", "program.split()")
        if not loop or not takes:
            guard = ""
        else:
            guard = "        if not state:\n            " + again + "\n"
        repeat = (
            guard
            + "        "
            + Text(other)
            .safe_substitute(end=end, rest=rest)
            .replace("\n            ", "\n        ")
        )
        second = _AGAIN.substitute(
            table="\n".join(
                f'        "{word}": ({size}, lambda taken: {put}),'
                for word, size, _, _, put in operations
            ),
            repeat=repeat if loop else "        rounds = []",
            fewer=again,
            taken="list(state[:size])" if queue else "list(state[::-1][:size])",
            left="state[size:]" if queue else "state[: len(state) - size]",
            answer=Text(answer_again).safe_substitute(step="1" if queue else "-1"),
        )
        store = (
            "a queue: numbers are put at its end and taken from its front"
            if queue
            else "a stack: numbers are put on top and taken from the top"
        )
        return self.problem(
            entry="interpret",
            parameters=(("program", "str"),),
            returns=kind,
            statement=(
                f"`program` is a sequence of words with single spaces between them, perhaps empty. The program works on {store}. At first there are no numbers. The words are carried out from left to "
                f"right. An integer such as `7` or `-2` is put. {words[0].upper() + words[1:]}.{loop} Brackets match. {fewer}. {asked}"
            ).replace(" Brackets match.", "" if not loop else " Brackets always match."),
            source=source,
            second=second,
            inputs=_inputs(
                rng, [one[0] for one in operations], nested=bool(loop), size=8 + int(8 * difficulty)
            ),
            difficulty=difficulty,
        )


def _program(rng: TaskRandom, words: list[str], size: int, *, nested: bool) -> list[str]:
    found: list[str] = []
    while len(found) < size:
        kind = rng.randrange(10)
        if kind < 5:
            found.append(str(rng.choice((0, 1, 2, 3, 3, 4, 5, 7, -1, -2))))
        elif kind == 9 and nested and size > 2:
            found += ["[", *_program(rng, words, rng.randint(1, 4), nested=size > 6), "]"]
        else:
            found.append(rng.choice(words))
    return found


def _inputs(rng: TaskRandom, words: list[str], *, nested: bool, size: int) -> list[list[Json]]:
    texts = [
        f"4 1 9 {words[0]} {words[1]}",
        f"2 -3 8 5 {words[2]} 6 {words[3]}",
        f"{words[1]} 3 {words[2]} 1 7",
    ]
    if nested:
        texts[1] = f"2 -3 8 5 3 3 3 [ {words[2]} ] 6 {words[3]}"
    texts += ["", "5", "1 2", "-4", "0 0 0 0", "1 2 3 4 5"]
    for word in words:
        texts += [word, f"3 {word}", f"3 5 {word}", f"-2 7 7 {word}", f"6 4 1 9 {word} 8"]
    if nested:
        texts += [
            f"1 2 3 [ {words[0]} ]",
            f"7 7 0 [ {words[1]} 5 ] 6",
            "[ ]",
            "2 [ 3 [ 1 ] 1 ]",
            "1 2 3 4 -1 [ 9 ] 9",
        ]
        texts += ["5 5 [ 1 ] 3", "[ 4 ] 2", "1 [ 6 6 ]"]
    texts += [
        " ".join(_program(rng, words, rng.randint(3, size), nested=nested)) for _ in range(28)
    ]
    return [[text] for text in texts]
