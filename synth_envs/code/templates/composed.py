"""Templates whose problems are composed of small operations, one for each shape of input."""

from __future__ import annotations

from typing import ClassVar

from synth_envs.code.dsl.composed import Composed, Draft, program, reference
from synth_envs.code.dsl.draw import Drawer, Walk, length
from synth_envs.code.dsl.draw_state import draw_loop, draw_nested
from synth_envs.code.dsl.python import Nouns
from synth_envs.code.dsl.terms import Ref, Term, pipe
from synth_envs.seeding import TaskRandom

__all__ = [
    "ComposedGrids",
    "ComposedLists",
    "ComposedNested",
    "ComposedNumbers",
    "ComposedPairs",
    "ComposedRecords",
    "ComposedRules",
    "ComposedTables",
    "ComposedText",
    "ComposedWords",
]

_LISTS = ("numbers", "values", "nums", "xs", "data", "readings", "samples")
_THEMES = (
    ("scores", "name", "names", "score", "scores"),
    ("stock", "item", "items", "amount", "amounts"),
    ("prices", "product", "products", "price", "prices"),
    ("votes", "option", "options", "margin", "margins"),
    ("points", "team", "teams", "result", "results"),
    ("levels", "sensor", "sensors", "level", "levels"),
)


def _number_list(name: str) -> str:
    return f"`{name}` is a list of integers, which may be empty."


class ComposedNumbers(Composed):
    """Operations on the digits, the divisors or the range of a number."""

    name: ClassVar[str] = "composed_numbers"

    def draft(self, rng: TaskRandom, difficulty: float) -> Draft | None:
        """Draw the list that the number gives, then a walk."""
        drawer, walk = Drawer(rng, difficulty), Walk("int", 12, [])
        if not drawer.step(walk):
            return None
        source = walk.steps[0].op
        found = program(drawer, walk, "n", 1 + length(rng, difficulty), guard=False)
        if found is None:
            return None
        about = "`n` is a non-negative integer."
        return Draft(found[0], (("n", "int"),), found[1], about, Nouns(), source)


class ComposedLists(Composed):
    """Operations on a list of numbers."""

    name: ClassVar[str] = "composed_lists"

    def draft(self, rng: TaskRandom, difficulty: float) -> Draft | None:
        """Draw a walk."""
        name = rng.choice(_LISTS)
        walk = Walk("list[int]", 12, [])
        found = program(Drawer(rng, difficulty), walk, name, length(rng, difficulty))
        if found is None:
            return None
        parameters = ((name, "list[int]"),)
        return Draft(found[0], parameters, found[1], _number_list(name), Nouns(), "list[int]")


class ComposedWords(Composed):
    """Operations on a list of words."""

    name: ClassVar[str] = "composed_words"

    def draft(self, rng: TaskRandom, difficulty: float) -> Draft | None:
        """Draw a walk."""
        name = rng.choice(("words", "names", "terms", "labels", "tags"))
        walk = Walk("list[str]", 4, [])
        found = program(Drawer(rng, difficulty), walk, name, length(rng, difficulty))
        if found is None:
            return None
        about = f"`{name}` is a list of words, which may be empty. Each word consists of one or more lowercase letters from a to z."
        nouns = Nouns("word", "words")
        return Draft(found[0], ((name, "list[str]"),), found[1], about, nouns, "list[str]")


class ComposedText(Composed):
    """Operations on the characters or the words of a text."""

    name: ClassVar[str] = "composed_text"

    def draft(self, rng: TaskRandom, difficulty: float) -> Draft | None:
        """Draw whether characters or words count, then a walk."""
        name = rng.choice(("text", "message", "line", "phrase"))
        drawer, walk = Drawer(rng, difficulty), Walk("str", 4, [])
        words = rng.random() < 0.5
        drawer.take(walk, Term("split" if words else "characters"))
        walk.scale = 4
        found = program(drawer, walk, name, 1 + length(rng, difficulty), guard=False)
        # To split and no more, or to count the words, is what nobody can get wrong.
        if found is None or found[0].args[2:] in ((Term("listed"),), (Term("count"),)):
            return None
        about = f"`{name}` is a string of letters (a to z, A to Z), digits, spaces and punctuation marks; it may be empty."
        if words:
            about = f"`{name}` is a string of words, which consist of lowercase letters from a to z, with single spaces between them; it may be empty and then has no words."
        inputs = "sentence" if words else "text"
        return Draft(found[0], ((name, "str"),), found[1], about, Nouns(), inputs)


class ComposedTables(Composed):
    """Operations on one or two dictionaries."""

    name: ClassVar[str] = "composed_tables"

    def draft(self, rng: TaskRandom, difficulty: float) -> Draft | None:
        """Draw a theme and a walk."""
        name, *nouns = rng.choice(_THEMES)
        two = difficulty >= 0.3 and rng.randrange(3) == 0
        other = f"more_{name}"
        drawer = Drawer(rng, difficulty, other, "othertable" if two else "")
        walk = Walk("dict[str, int]", 12, [])
        if two:
            drawer.take(walk, Term("merge", (Ref(other),)))
        found = program(drawer, walk, name, int(two) + length(rng, difficulty))
        if found is None:
            return None
        key, keys, value, values = nouns
        about = f"`{name}` is a dictionary from {keys} (non-empty lowercase words) to {values} (integers); it may be empty."
        parameters: tuple[tuple[str, str], ...] = ((name, "dict[str, int]"),)
        if two:
            about = f"`{name}` and `{other}` are dictionaries from {keys} (non-empty lowercase words) to {values} (integers); they may be empty."
            parameters = (*parameters, (other, "dict[str, int]"))
        called = Nouns("entry", "entries", key, value, keys, values)
        return Draft(found[0], parameters, found[1], about, called, "dict[str, int]")


class ComposedRecords(Composed):
    """Operations on rows of a name and a number."""

    name: ClassVar[str] = "composed_records"

    def draft(self, rng: TaskRandom, difficulty: float) -> Draft | None:
        """Draw a theme and a walk."""
        _, key, keys, value, values = rng.choice(_THEMES)
        name = rng.choice(("rows", "records", "log"))
        walk = Walk("list[row2]", 12, [])
        found = program(Drawer(rng, difficulty), walk, name, length(rng, difficulty), guard=False)
        if found is None:
            return None
        about = (
            f"`{name}` is a list of rows, which may be empty. Each row is a list of two elements: {_article(key)} {key} (a non-empty lowercase word) and "
            f"{_article(value)} {value} (an integer). Several rows may have the same {key}."
        )
        called = Nouns("row", "rows", key, value, keys, values)
        return Draft(found[0], ((name, "list[row2]"),), found[1], about, called, "list[row2]")


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"


class ComposedGrids(Composed):
    """Operations on rows of numbers."""

    name: ClassVar[str] = "composed_grids"

    def draft(self, rng: TaskRandom, difficulty: float) -> Draft | None:
        """Draw a walk."""
        name = rng.choice(("grid", "matrix", "table", "board"))
        walk = Walk("list[list[int]]", 12, [])
        drawer = Drawer(rng, difficulty)
        found = program(drawer, walk, name, length(rng, difficulty), guard=False)
        if found is None:
            return None
        about = f"`{name}` is a list of rows, which may be empty. Each row is a non-empty list of integers, and all rows have the same length."
        nouns = Nouns("row", "rows")
        parameters = ((name, "list[list[int]]"),)
        return Draft(found[0], parameters, found[1], about, nouns, "list[list[int]]")


class ComposedPairs(Composed):
    """Operations on two lists, or on a list and a number."""

    name: ClassVar[str] = "composed_pairs"

    def draft(self, rng: TaskRandom, difficulty: float) -> Draft | None:
        """Draw how the second argument comes in, then a walk."""
        name = rng.choice(("numbers", "values", "xs", "data"))
        walk = Walk("list[int]", 12, [])
        if rng.randrange(2):
            other = {"xs": "ys", "numbers": "others", "values": "weights", "data": "partners"}[name]
            drawer = Drawer(rng, difficulty, other, "other")
            options = ["zip_sum", "zip_product", "zip_larger", "in_other", "not_in_other"]
            options += ["zip_distance", "zip_wins", "followed_by"] if difficulty >= 0.2 else []
            drawer.take(walk, Term(rng.choice(options), (Ref(other),)))
            about = f"`{name}` and `{other}` are lists of integers; they may be empty and of different lengths."
            second, least = (other, "list[int]"), 0
        else:
            drawer = Drawer(rng, difficulty)
            tests = ("above", "below", "at_least", "at_most", "multiple")
            changes = ("add", "subtract", "times", "cap", "raise", "distance", "remainder")
            kind = rng.choice(("filter", "map", "take", "drop", "take_last"))
            op = rng.choice(tests if kind == "filter" else changes)
            count = kind not in {"filter", "map"}
            limit = {
                "multiple": "divisor",
                "remainder": "divisor",
                "times": "factor",
                "add": "offset",
                "subtract": "offset",
                "distance": "target",
            }.get(op, "limit")
            limit = "k" if count else limit
            one = reference(limit, op)
            drawer.take(walk, reference(limit, kind) if count else Term(kind, (one,)))
            least = 1 if count or limit in {"divisor", "factor"} else -2
            bound = f", at least {least}" if least == 1 else ""
            about = f"{_number_list(name)} `{limit}` is an integer{bound}."
            second = (limit, "int")
        found = program(drawer, walk, name, max(1, length(rng, difficulty)), guard=False)
        if found is None:
            return None
        parameters = ((name, "list[int]"), second)
        return Draft(found[0], parameters, found[1], about, Nouns(), "list[int]", least)


class ComposedRules(Composed):
    """A state that rules change, one number after the other."""

    name: ClassVar[str] = "composed_rules"

    def draft(self, rng: TaskRandom, difficulty: float) -> Draft | None:
        """Draw what is done with the list first, and the rules."""
        name = rng.choice(_LISTS)
        drawer, walk = Drawer(rng, difficulty), Walk("list[int]", 12, [])
        for _ in range(int(1.6 * difficulty + 0.4 * rng.random())):
            drawer.step(walk)
        if walk.kind != "list[int]":
            return None
        loop, gives = draw_loop(drawer, walk)
        parameters = ((name, "list[int]"),)
        term = pipe(name, *walk.steps, loop)
        return Draft(term, parameters, gives, _number_list(name), Nouns(), "list[int]")


class ComposedNested(Composed):
    """The value of lists in lists."""

    name: ClassVar[str] = "composed_nested"

    def draft(self, rng: TaskRandom, difficulty: float) -> Draft | None:
        """Draw what numbers and lists are worth."""
        name = rng.choice(("tree", "nested", "bundle", "structure"))
        term = pipe(name, draw_nested(Drawer(rng, difficulty)))
        about = f"`{name}` is a list. Each of its elements is an integer or a list of the same kind, to any depth; each of these lists may be empty."
        return Draft(term, ((name, "list"),), "int", about, Nouns("element", "elements"), "list")
