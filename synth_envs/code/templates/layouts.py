"""Texts set in lines of a given width."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["TextLayout"]

#: What is done with a word that is longer than a line: text, lines of the reference, and the other's.
_LONG = (
    (
        "A word of more than `width` characters stands in a line of its own as it is",
        "    return [word]",
        "yield word",
    ),
    (
        "Before anything else, every word of more than `width` characters is cut into pieces: as long as more than `width` characters are left of it, the first `width` of them become a word, and what is left at the end is a word too",
        "    return [word[i : i + width] for i in range(0, len(word), width)]",
        "while word:\n            yield word[:width]\n            word = word[width:]",
    ),
    (
        "Before anything else, every word of more than `width` characters is cut into pieces: as long as more than `width` characters are left of it, the first `width - 1` of them with a `-` behind them become a word, and what is left at the end is a word too",
        """\
    pieces = []
    while len(word) > width:
        pieces.append(word[: width - 1] + "-")
        word = word[width - 1 :]
    return pieces + [word]""",
        "if len(word) <= width:\n            yield word\n            return\n        yield word[: width - 1] + '-'\n        yield from pieces(word[width - 1 :])",
    ),
    (
        "Before anything else, words of more than `width` characters are shortened to their first `width - 1` characters with a `+` behind them",
        '    if len(word) > width:\n        return [word[: width - 1] + "+"]\n    return [word]',
        "yield word if word[width:] == '' else word[: width - 1] + '+'",
    ),
)
#: How a line of words is filled up to the width: text, lines of the reference that return it, and
#: an expression of the other program (`row` are the words, `free` the characters that are left).
_FILLS = (
    (
        "The words of a line have one space between them",
        '    return " ".join(words)',
        "' '.join(row)",
    ),
    (
        "The words of a line have one space between them, and spaces are put in front so that the line has `width` characters, if it has fewer",
        '    return " ".join(words).rjust(width)',
        "' ' * free + ' '.join(row)",
    ),
    (
        "The words of a line have one space between them, and a line with fewer than `width` characters gets spaces at both ends so that it has `width` characters; if their number is odd, there is one more at the end than at the front",
        """\
    line = " ".join(words)
    missing = max(width - len(line), 0)
    return " " * (missing // 2) + line + " " * (missing - missing // 2)""",
        "' ' * (free >> 1) + ' '.join(row) + ' ' * (-(-free // 2))",
    ),
    (
        "The words of a line have at least one space between them; in lines of two or more words other than the last line, further spaces are put between the words so that the line has `width` characters, and the numbers of spaces between neighbouring words differ by at most 1, with the wider gaps $side",
        """\
    gaps = len(words) - 1
    if last or gaps == 0:
        return " ".join(words)
    each, more = divmod(width - sum(map(len, words)), gaps)
    line = words[0]
    for place, word in enumerate(words[1:]):
        line += " " * (each + (place $compare)) + word
    return line""",
        "justified(row, free, $sign) if not last else ' '.join(row)",
    ),
    (
        "The words of a line have one `.` between them, and `.` are put at the end so that the line has `width` characters, if it has fewer",
        '    return ".".join(words).ljust(width, ".")',
        "'.'.join(row + [''] * bool(free)).ljust(len('.'.join(row)) + free, '.')",
    ),
)
_ASKED = (
    ("Return the list of the lines.", "list[str]", "lines", "made"),
    (
        "Return the list of the lines, the last one first, and each of them without its spaces at the end.",
        "list[str]",
        '[line.rstrip(" ") for line in reversed(lines)]',
        "[re.sub(' +$$', '', line) for line in made][::-1]",
    ),
    (
        "Return the list of the lines with the number of the line and a `:` in front of each of them, as in `1:text`; the first line has the number 1.",
        "list[str]",
        '[f"{number}:{line}" for number, line in enumerate(lines, start=1)]',
        "[':'.join([str(p + 1), made[p]]) for p in range(len(made))]",
    ),
)
_SOURCE = Text("""\
def cut(word, width):
$long


def fill(words, width$last_name):
$fill


def layout(text, width):
    words = [piece for word in text.split() for piece in cut(word, width)]
    rows = []
    size = 0
    for word in words:
        if rows and size + 1 + len(word) <= width$room:
            rows[-1].append(word)
            size += 1 + len(word)
        else:
            rows.append([word])
            size = len(word)
    lines = [$call]
    return $answer
""")
_AGAIN = Text("""\
import re


def justified(row, free, sign):
    if len(row) == 1:
        return row[0]
    spaces = [1] * (len(row) - 1)
    order = list(range(len(spaces)))[::sign]
    for i in range(free):
        spaces[order[i % len(order)]] += 1
    return "".join(word + " " * gap for word, gap in zip(row, spaces + [0]))


def layout(text, width):
    def pieces(word):
        $long

    todo = [piece for word in re.findall("[^ ]+", text) for piece in pieces(word)]
    made = []
    while todo:
        count = max([1] + [n for n in range(2, len(todo) + 1) if len("_".join(todo[:n])) <= width$room])
        row, todo = todo[:count], todo[count:]
        free = max(0, width - len("_".join(row)))
        last = todo == []
        made.append($fill)
    return $answer
""")
_ROOM = (
    ("", "", ""),
    (
        ", and never more than $most words",
        " and len(rows[-1]) < $most",
        " and n <= $most",
    ),
    (
        ", but a word that ends with `.` is always the last one of its line",
        ' and not rows[-1][-1].endswith(".")',
        " and '.' not in [word[-1] for word in todo[: n - 1]]",
    ),
)


class TextLayout(Template):
    """Set the words of a text in lines under drawn rules."""

    name: ClassVar[str] = "text_layout"
    group: ClassVar[str] = "strings"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw what happens to long words, how lines are filled, and what is returned."""
        words, code, again = rng.choice(_LONG[: 2 + int(2 * difficulty)])
        filled, lines, other = rng.choice(_FILLS[: 3 + int(2 * difficulty)])
        room, limit, limited = rng.choice(_ROOM if difficulty >= 0.2 else _ROOM[:1])
        asked, kind, answer, answer_again = rng.choice(_ASKED[:1] if difficulty < 0.3 else _ASKED)
        most = rng.randint(2, 3)
        left = rng.randrange(2) == 1
        side = {
            "side": "to the left of the narrower ones"
            if left
            else "to the right of the narrower ones",
            "compare": "< more" if left else ">= gaps - more",
            "sign": "1" if left else "-1",
        }
        filled, lines, other = (Text(text).substitute(side) for text in (filled, lines, other))
        last = "last" in lines
        source = _SOURCE.substitute(
            long=code,
            last_name=", last" if last else "",
            fill=lines,
            room=Text(limit).substitute(most=most),
            call="fill(row, width, row is rows[-1]) for row in rows"
            if last
            else "fill(row, width) for row in rows",
            answer=answer,
        )
        if answer == "lines":
            source = source.replace("    lines = [", "    return [").replace(
                "    return lines\n", ""
            )
        if code.strip() == "return [word]":
            source = source[source.index("def fill") :].replace(
                "[piece for word in text.split() for piece in cut(word, width)]", "text.split()"
            )
        if "width" not in lines:
            start, stop = source.index("def fill"), source.index("def layout")
            source = (source[:start] + source[stop:]).replace("fill(row, width)", '" ".join(row)')
        second = _AGAIN.substitute(
            long=again,
            room=Text(limited).substitute(most=most),
            fill=other,
            answer=Text(answer_again).substitute(),
        )
        return self.problem(
            entry="layout",
            parameters=(("text", "str"), ("width", "int")),
            returns=kind,
            statement=(
                "`text` consists of words, which are separated by one or more spaces; there may be spaces at both ends, and perhaps there are no words at all. Put the words into lines, in "
                f"order. `width` is at least 2. {words}. Every line takes as many of the next words as fit: they and one character between neighbouring words must have at most `width` characters together{Text(room).substitute(most=most)}. "
                f"{filled}. {asked}"
            ),
            source=source,
            second=second,
            inputs=_inputs(rng, difficulty),
            difficulty=difficulty,
        )


def _inputs(rng: TaskRandom, difficulty: float) -> list[list[Json]]:
    given: list[list[Json]] = [
        ["the old man. a sea of birds", 12],
        ["to be or not, extraordinary. so", 9],
        ["one  two three", 6],
        ["", 5],
        ["   ", 3],
        ["a", 2],
        ["ab", 2],
        ["abc", 2],
        ["abcd", 3],
        ["abcdefg", 3],
        ["a b c d e f", 2],
        ["a b c d e f", 3],
        ["a b c d e f g h", 5],
        ["a b c d e f. g h", 6],
        ["aa bb cc dd ee", 9],
        ["aa bb cc dd ee", 8],
        ["  aa   bb", 7],
        ["abcdef gh", 6],
        ["gh abcdefgh i", 6],
        ["x. y. zz. w", 10],
        ["aa b cc d ee f gg", 13],
        ["a bb ccc dddd eeeee", 11],
        ["enough room for it.", 40],
    ]
    stock = (
        "a",
        "to",
        "sea",
        "of",
        "end.",
        "bird",
        "moon",
        "ship",
        "is.",
        "harbour",
        "wind",
        "unbelievably",
        "or",
    )
    for _ in range(28):
        count = rng.randint(3, 8 + int(8 * difficulty))
        words = [rng.choice(stock) for _ in range(count)]
        given.append([rng.choice((" ", " ", "  ")).join(words), rng.randint(4, 18)])
    return given
