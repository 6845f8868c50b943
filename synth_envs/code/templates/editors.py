"""A text editor with a cursor that can take back what was done."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["TextEditor"]

#: Commands that change the text: word, argument, text, lines of the reference's method, lines of
#: the other program on the lists `before` and `behind` the cursor.
_CHANGES = (
    (
        "back",
        "N",
        "`back N` deletes the N characters before the cursor (or all of them if there are fewer)",
        """\
        start = max(self.cursor - int(rest), 0)
        self.text = self.text[:start] + self.text[self.cursor :]
        self.cursor = start
""",
        "for _ in range(int(rest)):\n                before = before[:-1]",
    ),
    (
        "erase",
        "N",
        "`erase N` deletes the N characters behind the cursor (or all of them if there are fewer)",
        "        self.text = self.text[: self.cursor] + self.text[self.cursor + int(rest) :]\n",
        "for _ in range(int(rest)):\n                behind = behind[1:]",
    ),
    (
        "swap",
        "",
        "`swap` exchanges the character before the cursor and the one behind it, if there are both, and the cursor stays where it is",
        """\
        if 0 < self.cursor < len(self.text):
            left, right = self.text[self.cursor - 1], self.text[self.cursor]
            self.text = self.text[: self.cursor - 1] + right + left + self.text[self.cursor + 1 :]
""",
        "if before and behind:\n                before, behind = before[:-1] + behind[:1], before[-1:] + behind[1:]",
    ),
    (
        "upper",
        "",
        "`upper` turns all letters before the cursor, back to the closest `.` before it or to the beginning of the text, into capitals",
        """\
        start = self.text.rfind(".", 0, self.cursor) + 1
        part = self.text[start : self.cursor].upper()
        self.text = self.text[:start] + part + self.text[self.cursor :]
""",
        "before = [x.upper() if '.' not in before[p:] else x for p, x in enumerate(before)]",
    ),
    (
        "turn",
        "",
        "`turn` reverses the whole text, and the cursor stays between the same two characters (or at the end at which no character is)",
        "        self.text = self.text[::-1]\n        self.cursor = len(self.text) - self.cursor\n",
        "before, behind = list(reversed(behind)), list(reversed(before))",
    ),
    (
        "twice",
        "",
        "`twice` inserts a copy of the character before the cursor at the cursor and moves the cursor behind it, if there is a character before it",
        """\
        if self.cursor > 0:
            self.insert(self.text[self.cursor - 1])
""",
        "before = before + before[-1:]",
    ),
)
_BACK = (
    (
        "left",
        "N",
        "`left N` moves the cursor N characters to the left, but not beyond the beginning of the text",
        "        self.cursor = max(self.cursor - int(rest), 0)\n",
        "for _ in range(int(rest)):\n                before, behind = before[:-1], before[-1:] + behind",
    ),
    (
        "home",
        "",
        "`home` moves the cursor to the beginning of the text",
        "        self.cursor = 0\n",
        "before, behind = [], before + behind",
    ),
)
_FORTH = (
    (
        "right",
        "N",
        "`right N` moves the cursor N characters to the right, but not beyond the end of the text",
        "        self.cursor = min(self.cursor + int(rest), len(self.text))\n",
        "for _ in range(int(rest)):\n                before, behind = before + behind[:1], behind[1:]",
    ),
    (
        "find",
        "C",
        "`find C` moves the cursor to just before the first character C behind the cursor, if there is one",
        """\
        place = self.text.find(rest, self.cursor)
        if place >= 0:
            self.cursor = place
""",
        "if rest in behind:\n                while behind[0] != rest:\n                    before, behind = before + behind[:1], behind[1:]",
    ),
)
_ASKED = (
    ("the text at the end with a `|` inserted at the cursor", "str", "editor.shown()", "views[-1]"),
    (
        "the list of the texts after each of the commands, each with a `|` inserted at the cursor",
        "list[str]",
        "shown",
        "views[1:]",
    ),
    (
        "the list [text at the end, number of characters before the cursor, length of the longest text after a command (0 without any commands)]",
        "list",
        "[editor.text, editor.cursor, longest]",
        "[views[-1].replace('|', ''), views[-1].index('|'), max([len(v) - 1 for v in views])]",
    ),
)
_SOURCE = Text("""\
class Editor:
    def __init__(self):
        self.text = ""
        self.cursor = 0
        self.past = []
        self.future = []

    def insert(self, piece):
        self.text = self.text[: self.cursor] + piece + self.text[self.cursor :]
        self.cursor += len(piece)

    def state(self):
        return self.text, self.cursor

    def shown(self):
        return self.text[: self.cursor] + "|" + self.text[self.cursor :]

$methods    def undo(self):
        if self.past:
            self.future.append(self.state())
            self.text, self.cursor = self.past.pop()

$redo    def do(self, word, rest):
$dispatch

def edit(commands):
    editor = Editor()
$start    for command in commands:
        word, _, rest = command.partition(" ")
        editor.do(word, rest)
$each    return $answer
""")
_REDO = """\
    def redo(self):
        if self.future:
            self.past.append(self.state())
            self.text, self.cursor = self.future.pop()

"""
_AGAIN = Text("""\
def replay(done):
    before, behind = [], []
    for word, rest in done:
        if word == "type":
            before = before + list(rest)
$steps
    return "".join(before) + "|" + "".join(behind)


def edit(commands):
    done, undone = [], []
    forgotten = 0
    views = ["|"]
    for command in commands:
        word, rest = (command + " ").split(" ")[:2]
        if word == "undo":
            if len(done) > forgotten:
                undone.append(done.pop())
        elif word == "redo":
            if undone:
                done.append(undone.pop())
        else:
            old = replay(done)
            new = replay(done + [(word, rest)])
            if $counts:
                done.append((word, rest))
                undone = []
                forgotten = max(forgotten, len(done) - $limit)
        views.append(replay(done))
    return $answer
""")


class TextEditor(Template):
    """Write a text editor with drawn commands, and take commands back."""

    name: ClassVar[str] = "text_editor"
    group: ClassVar[str] = "classes"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the commands, what can be taken back, and the question."""
        commands = [
            *rng.sample(_CHANGES, 2 + int(2 * difficulty)),
            *rng.sample(_FORTH, int(difficulty + 0.5)),
            rng.choice(_BACK),
        ]
        redo = difficulty >= 0.3 and rng.randrange(2) == 1
        limit = rng.randint(2, 4) if difficulty >= 0.3 and rng.randrange(2) else 0
        only_changes = rng.randrange(2) == 1
        asked, kind, answer, again = rng.choice(_ASKED)
        methods = "".join(
            f"    def {word}(self{', rest' if argument else ''}):\n{code}\n"
            for word, argument, _, code, _ in commands
        )
        body = ["before = self.state()", 'if word == "type":', "    self.insert(rest)"]
        for word, argument, _, _, _ in commands:
            body += [f'elif word == "{word}":', f"    self.{word}({'rest' if argument else ''})"]
        save = ["self.past.append(before)", *(["self.future.clear()"] if redo else [])]
        if limit:
            save.append(f"del self.past[:-{limit}]")
        if only_changes:
            save = ["if self.state() != before:", *("    " + line for line in save)]
        body += save
        first = ['if word == "undo":', "    self.undo()", "    return"]
        if redo:
            first += ['if word == "redo":', "    self.redo()", "    return"]
        dispatch = "".join(f"        {line}\n" for line in first + body)
        each, start = "", ""
        if answer == "shown":
            start, each = "    shown = []\n", "        shown.append(editor.shown())\n"
        elif "longest" in answer:
            start, each = "    longest = 0\n", "        longest = max(longest, len(editor.text))\n"
        source = _SOURCE.substitute(
            methods=methods,
            redo=_REDO if redo else "",
            dispatch=dispatch,
            start=start,
            each=each,
            answer=answer,
        )
        if not redo:
            source = source.replace("        self.future = []\n", "")
            source = source.replace("            self.future.append(self.state())\n", "")
        if "editor.shown()" not in source:
            cut = source.index("    def shown")
            source = source[:cut] + source[source.index("    def ", cut + 5) :]
        steps = "\n".join(
            f'        elif word == "{word}":\n            {code}'
            for word, _, _, _, code in commands
        )
        what = (
            "All other commands that change the text or the cursor can be taken back; one that changes nothing is not remembered"
            if only_changes
            else "All other commands can be taken back, even those that change nothing"
        )
        words = (
            "`undo` takes back the last command that is remembered and not yet taken back, so that text and cursor are as they were before it; without any, it does nothing. "
            + what
        )
        if limit:
            words += f". At most the last {limit} commands that can be taken back are remembered"
        if redo:
            words += (
                ". `redo` makes the effect of the last command that was taken back (and not done again yet) happen again, which can be taken back too; "
                f"as soon as a command that {'is remembered' if only_changes else 'is neither `undo` nor `redo`'} comes, there is nothing to do again"
            )
        kinds = {one[1] for one in commands}
        limits = " Numbers N are at least 1." * ("N" in kinds)
        limits += " C is a single letter or dot." * ("C" in kinds)
        return self.problem(
            entry="edit",
            parameters=(("commands", "list[str]"),),
            returns=kind,
            statement=(
                "Carry out the `commands` of a text editor, preferably with a class for it. At first the text is empty. The cursor stands before, between or behind characters of the text. `type S` inserts the text S (letters and dots, "
                f"at least one) at the cursor and moves the cursor behind it. {'. '.join(text for _, _, text, _, _ in commands)}. {words}.{limits} Return {asked}."
            ),
            source=source,
            second=_AGAIN.substitute(
                steps=steps,
                counts="old != new" if only_changes else "True",
                limit=limit or 10**6,
                answer=again,
            ),
            inputs=_inputs(rng, difficulty, commands, redo=redo),
            difficulty=difficulty,
        )


def _inputs(
    rng: TaskRandom,
    difficulty: float,
    commands: list[tuple[str, str, str, str, str]],
    *,
    redo: bool,
) -> list[list[Json]]:
    def drawn(word: str, argument: str) -> str:
        value = {"N": str(rng.choice((1, 1, 2, 3, 9))), "C": rng.choice("abc."), "": ""}[argument]
        return f"{word} {value}".strip()

    small = {"N": " 2", "C": " b", "": ""}
    plain = [word + small[argument] for word, argument, *_ in commands]
    move = plain[-1]
    given: list[list[Json]] = [
        [["type ab.cd", move, plain[0], "undo", "type x"]],
        [["type pq", plain[1], "undo", "undo"]],
        [["type b.", "type abc", plain[0], move, plain[1], "type z"]],
        [[]],
        [["undo"]],
        [["undo", "type a", "undo", "undo", "type b"]],
        [["type a", "type b", "type c", "type d", "type e", *["undo"] * 6]],
        [["type a", move, move, move, "undo", "type b", "undo", "undo"]],
    ]
    for one in plain:
        given += [[[one]], [["type abcab", one, "type x"]], [["type a", one, one, "undo"]]]
        given += (
            [[["type ab.b", "left 2", one, "type y"]]]
            if "left 2" in plain
            else [[["type ba.b", move, one]]]
        )
    if redo:
        given += [
            [["redo"]],
            [["type a", "redo", "undo", "redo", "redo"]],
            [["type a", "type b", "undo", "undo", "redo", "type c", "redo", "undo", "undo"]],
            [["type ab", move, "undo", "undo", move, "redo", "redo", "undo"]],
            [["type ab", "undo", plain[0], "redo"]],
            [["type a", "type b", "type c", "type d", *["undo"] * 2, *["redo"] * 3, *["undo"] * 4]],
        ]
    for _ in range(26):
        sequence: list[Json] = []
        for _ in range(rng.randint(4, 8 + int(8 * difficulty))):
            kind = rng.randrange(10)
            if kind < 4:
                sequence.append("type " + rng.choice(("a", "ab", "c.", "bca", ".b")))
            elif kind < 8:
                sequence.append(drawn(*rng.choice(commands)[:2]))
            else:
                sequence.append(rng.choice(("undo", "undo", "redo")) if redo else "undo")
        given.append([sequence])
    return given
