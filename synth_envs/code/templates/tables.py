"""Tables in plain text: cells with quotes and separators, and what is computed from them."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["TableText"]

#: How a quote stands in a quoted cell: text, lines of the reference (inside a quoted cell), the
#: pattern of what is inside, and how the other program reads it.
_QUOTING = (
    (
        "Inside of it, two quotes in a row stand for one quote",
        """\
            if char == QUOTE and line[place + 1 : place + 2] == QUOTE:
                cell += QUOTE
                place += 1
            elif char == QUOTE:
                quoted = False
            else:
                cell += char
""",
        "(?:[^$q]|$q$q)*",
        "found[1].replace(2 * QUOTE, QUOTE)",
    ),
    (
        "Inside of it, a backslash followed by any character stands for that character",
        """\
            if char == "\\\\":
                place += 1
                cell += line[place]
            elif char == QUOTE:
                quoted = False
            else:
                cell += char
""",
        r"(?:[^$q\\]|\\.)*",
        r're.sub(r"\\(.)", r"\1", found[1])',
    ),
)
_SOURCE = Text("""\
SEPARATOR = "$separator"
QUOTE = "$quote"


def split_line(line):
    cells = []
    cell = ""
    quoted = False
    place = 0
    while place < len(line):
        char = line[place]
        if quoted:
$inside        elif char == QUOTE:
            quoted = True
        elif char == SEPARATOR:
            cells.append(cell)
            cell = ""
        else:
            cell += char
        place += 1
    return cells + [cell]


def table(lines):
    rows = []
    for line in lines:
$skip        rows.append(split_line(line))
$answer
""")
_AGAIN = Text("""\
import re

QUOTE = "$quote"


def table(lines):
    grid = []
    for line in lines:
        if $skip:
            continue
        rest, row = line, []
        while rest is not None:
            found = re.match(r"$pattern", rest)
            if found:
                text = $unescape
                end = found.end()
            else:
                end = (rest + "$separator").index("$separator")
                text = rest[:end]
            row.append(text)
            rest = rest[end + 1 :] if end < len(rest) else None
        grid.append(row)
    $answer
""")
#: What is computed: text, type, lines of the reference on `rows`, lines of the other program on
#: `grid`.
_ASKED = (
    (
        "Return the list of the rows, each as the list of its cells",
        "list[list[str]]",
        "    return rows\n",
        "return grid",
    ),
    (
        "Return a dictionary that maps every first cell of a row to the list of the second cells of the rows that begin with it, in the order of the lines (rows with fewer than two cells are left out)",
        "dict[str, list[str]]",
        """\
    groups = {}
    for first, *rest in rows:
        if rest:
            groups.setdefault(first, []).append(rest[0])
    return groups
""",
        "good = [row for row in grid if len(row) > 1]\n    return {row[0]: [other[1] for other in good if other[0] == row[0]] for row in good}",
    ),
    (
        "The first row holds the names of the columns. Return for each following row a dictionary from the names to the cells of the row; a missing cell counts as an empty one, and surplus cells are left out. If a name occurs several times, its last column counts. Without any row, the result is the empty list",
        "list[dict[str, str]]",
        """\
    if not rows:
        return []
    names = rows[0]
    found = []
    for row in rows[1:]:
        cells = row + [""] * (len(names) - len(row))
        found.append(dict(zip(names, cells)))
    return found
""",
        "return [{name: (row[p] if p < len(row) else '') for p, name in enumerate(grid[0])} for row in grid[1:]]",
    ),
    (
        "Return a list with the length of the longest cell of each column; rows may be of different lengths, and there are as many columns as the longest row has cells",
        "list[int]",
        """\
    widths = []
    for row in rows:
        for place, cell in enumerate(row):
            if place == len(widths):
                widths.append(0)
            widths[place] = max(widths[place], len(cell))
    return widths
""",
        "return [max(len(row[p]) for row in grid if p < len(row)) for p in range(max(map(len, grid), default=0))]",
    ),
    (
        "A cell is a number if it consists of at least one digit and nothing else. Return a dictionary that maps every first cell of a row to the sum of all numbers in the other cells of the rows that begin with it",
        "dict[str, int]",
        """\
    sums = {}
    for name, *cells in rows:
        sums.setdefault(name, 0)
        sums[name] += sum(int(cell) for cell in cells if cell.isdigit())
    return sums
""",
        "return {row[0]: sum([int(x) for other in grid for x in other[1:] if other[0] == row[0] and re.fullmatch('[0-9]+', x)]) for row in grid}",
    ),
)
#: Lines that are left out: text, lines of the reference, condition of the other program.
_SKIPPED = (
    ("An empty line is a row with one empty cell.", "", "False"),
    ("Empty lines are left out.", "        if not line:\n            continue\n", "len(line) == 0"),
    (
        "Lines that begin with `#` are left out. An empty line is a row with one empty cell.",
        '        if line.startswith("#"):\n            continue\n',
        "line[:1] == '#'",
    ),
    (
        "Lines that are empty or consist of spaces only are left out.",
        "        if not line.strip():\n            continue\n",
        "set(line) <= {' '}",
    ),
)


class TableText(Template):
    """Read a table with quoted cells, and compute something from it."""

    name: ClassVar[str] = "table_text"
    group: ClassVar[str] = "parsing"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the separator, the quote, what a quote inside looks like, and the question."""
        separator = rng.choice((",", ";", "|", ":"))
        quote, named = rng.choice(
            (("'", "single quote `'`"), ("~", "tilde `~`"), ("%", "percent sign `%`"))
        )
        escape = rng.choice(_QUOTING)
        skip = rng.choice(_SKIPPED[:2] if difficulty < 0.3 else _SKIPPED)
        asked, kind, code, again = rng.choice(_ASKED[: 3 + int(2 * difficulty)])
        inner = Text(escape[2]).substitute(q=quote)
        backslash = "backslash" in escape[0]
        return self.problem(
            entry="table",
            parameters=(("lines", "list[str]"),),
            returns=kind,
            statement=(
                f"Each of the `lines` is a row of cells with a `{separator}` between neighbouring cells; a row has at least one cell, and a cell may be empty. The {named} is "
                f"the quote. A cell that begins with a quote ends with another quote, and its text is what is between the two, where `{separator}` has no special meaning. {escape[0]}. In cells that "
                f"do not begin with a quote, there are no quotes{', and a backslash means itself' if backslash else ''}. Spaces belong to the text of a cell. {skip[0]} {asked}."
            ),
            source=_SOURCE.substitute(
                separator=separator,
                quote=quote,
                inside=escape[1],
                skip=skip[1],
                answer=code.rstrip(),
            ),
            second=_AGAIN.substitute(
                skip=skip[2],
                separator=separator,
                quote=quote,
                pattern=f"{quote}({inner}){quote}",
                unescape=escape[3],
                answer=again,
            ),
            inputs=_inputs(rng, separator, quote, doubled=not backslash),
            difficulty=difficulty,
        )


def _inputs(rng: TaskRandom, separator: str, quote: str, *, doubled: bool) -> list[list[Json]]:
    def quoted(text: str) -> str:
        if doubled:
            return quote + text.replace(quote, 2 * quote) + quote
        return quote + text.replace("\\", "\\\\").replace(quote, "\\" + quote) + quote

    def row(*cells: str) -> str:
        special = (separator, quote)
        return separator.join(
            quoted(cell) if any(one in cell for one in special) else cell for cell in cells
        )

    both = f"a{separator}b{quote}"
    given: list[list[Json]] = [
        [[row("pear", "12"), row(both, "7", "x"), row("pear", "3", "40")]],
        [[row("id", "note"), "", row("4", f"{quote}hi{quote}")]],
        [[row("k", "v", "w"), "#" + row("k", "1"), row("k", "25"), row("m", "", "9")]],
        [[]],
        [[""]],
        [["", ""]],
        [[" "]],
        [["#"]],
        [[separator]],
        [[separator * 2, "a"]],
        [[quoted("")]],
        [[quoted("") + separator]],
        [[quoted(quote)]],
        [[quoted(2 * quote) + separator + quoted(quote + separator)]],
        [[quoted("#a") + separator + "1", "#a", " #b" + separator + "2"]],
        [[quoted("5"), quoted("5") + separator + quoted("5")]],
        [[row("a", "b"), row("1"), row("1", "2", "3")]],
        [
            [
                "a" + separator + "07",
                "a" + separator + "-3",
                "a" + separator + "1.5",
                "b",
                "a" + separator + " 4",
            ]
        ],
        [[" ", "", "   ", " a "]],
    ]
    if not doubled:
        given += [
            [["a\\b" + separator + "\\"]],
            [[quoted("\\") + separator + quoted("\\" + quote)]],
        ]
        given += [[[f"{quote}\\n\\{separator}{quote}"]]]
    texts = (
        "a",
        "b",
        "c7",
        "12",
        "5",
        "",
        " ",
        "30",
        "a b",
        separator,
        quote,
        both,
        f"{quote}{quote}",
        "#",
    )
    for _ in range(28):
        names = rng.sample(("a", "b", "id", "n 1", both), rng.randint(1, 3))
        lines = [row(*names)]
        for _ in range(rng.randint(1, 5)):
            kind = rng.randrange(10)
            cells = [rng.choice(names)] + [rng.choice(texts) for _ in range(rng.randint(0, 3))]
            line = rng.choice(("", "  ", "#", "# x")) if kind == 0 else row(*cells)
            lines.append(quoted(cells[0]) + line[len(row(cells[0])) :] if kind == 1 else line)
        given.append([list(lines)])
    return given
