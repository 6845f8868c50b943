"""Questions about brackets and how they nest."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["BracketReport"]

_SOURCE = Text("""\
def inspect(text):
    pairs = $pairs
    stack = []
    found = []
$prepare    for i, c in enumerate(text):
$skip        if c in pairs.values():
            stack.append((c, i))
        elif c in pairs:
$close
    $asked
""")
_SECOND = Text("""\
def inspect(text):
    opening, closing = '$opening', '$closing'
    brackets = [
        i for i in range(len(text)) if text[i] in opening + closing and $live
    ]
    waiting = []
    found = []
    for i in brackets:
        kind = closing.find(text[i])
        if kind < 0:
            waiting = waiting + [i]
            continue
        fitting = [j for j in waiting if text[j] == opening[kind]]
        if $fits:
            waiting = [j for j in waiting if $stays]
            found.append((fitting[-1], i, len(waiting) + 1))
    $asked
""")
#: When a closing bracket makes a pair: text, the reference's lines, the second's conditions.
_POLICIES = (
    (
        (
            "makes a pair with the opening bracket that began to wait last, if that one is of its "
            "kind; otherwise (or if none waits) the closing bracket is ignored"
        ),
        """\
            if stack and stack[-1][0] == pairs[c]:
                start = stack.pop()[1]
                found.append((start, i, len(stack) + 1))""",
        "fitting and fitting[-1] == waiting[-1]",
        "j != fitting[-1]",
    ),
    (
        (
            "makes a pair with the opening bracket of its kind that began to wait last, and all "
            "brackets that began to wait after that one stop waiting without a partner; if none of its "
            "kind waits, the closing bracket is ignored"
        ),
        """\
            if any(kind == pairs[c] for kind, _ in stack):
                while stack[-1][0] != pairs[c]:
                    stack.pop()
                start = stack.pop()[1]
                found.append((start, i, len(stack) + 1))""",
        "fitting",
        "j < fitting[-1]",
    ),
    (
        (
            "makes a pair with the opening bracket of its kind that began to wait last, even if "
            "brackets of other kinds began to wait after it (they go on waiting); if none of its kind "
            "waits, the closing bracket is ignored"
        ),
        """\
            for place in range(len(stack) - 1, -1, -1):
                if stack[place][0] == pairs[c]:
                    start = stack.pop(place)[1]
                    found.append((start, i, len(stack) + 1))
                    break""",
        "fitting",
        "j != fitting[-1]",
    ),
)
#: Text, preparation, lines of the reference, the second's condition.
_SKIPS = (
    ("", "", "", "True"),
    (
        " A bracket directly after a backslash-like mark `!` counts as an ordinary character.",
        "",
        "        if i and text[i - 1] == '!':\n            continue\n",
        "text[max(i - 1, 0)] != '!'",
    ),
    (
        (
            " Brackets after an odd number of quotation marks `'` in `text` (that is, inside of a "
            "quotation, also of one that is never closed) count as ordinary characters."
        ),
        "    quoted = False\n",
        (
            '        if c == "\'":\n            quoted = not quoted\n'
            "        if quoted:\n            continue\n"
        ),
        'text[:i].count("\'") % 2 == 0',
    ),
)
#: Question, type, and the last line of both: `found` has (start, end, depth) in order of the end.
_ASKED = (
    (
        "the number of pairs plus the sum of their depths",
        "int",
        "return len(found) + sum(p[2] for p in found)",
    ),
    (
        (
            "the largest length of a pair, counted from its opening to its closing bracket with both "
            "of them (0 if there is no pair)"
        ),
        "int",
        "return max((end - start + 1 for start, end, _ in found), default=0)",
    ),
    (
        (
            "the list of [index of the opening bracket, index of the closing bracket] of all pairs, by "
            "increasing index of the opening bracket"
        ),
        "list[list[int]]",
        "return sorted([start, end] for start, end, _ in found)",
    ),
    (
        "the list of the depths of all pairs, by increasing index of the closing bracket",
        "list[int]",
        "return [depth for _, _, depth in found]",
    ),
    (
        "`text` without all brackets that belong to a pair",
        "str",
        (
            "gone = [place for pair in found for place in pair[:2]]\n"
            "    return ''.join(c for i, c in enumerate(text) if i not in gone)"
        ),
    ),
)


#: What is drawn, written in another way for the second program.
_ASKED_AGAIN = {
    "return len(found) + sum(p[2] for p in found)": "return sum(1 + depth for _, _, depth in found)",
    "return max((end - start + 1 for start, end, _ in found), default=0)": "return sorted([0] + [1 - p[0] + p[1] for p in found])[-1]",
    "return sorted([start, end] for start, end, _ in found)": "return [list(p[:2]) for p in sorted(found, key=lambda p: p[0])]",
    "return [depth for _, _, depth in found]": "return list(map(lambda p: p[2], found))",
}


class BracketReport(Template):
    """Pair brackets under drawn rules and report on the pairs."""

    name: ClassVar[str] = "bracket_report"
    group: ClassVar[str] = "strings"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the kinds of brackets, when they pair, and what is asked."""
        kinds = rng.sample(("()", "[]", "{}", "<>"), 1 if difficulty < 0.1 else rng.randint(2, 3))
        words, close, fits, stays = rng.choice(_POLICIES)
        skip_words, prepare, skip, live = rng.choice(_SKIPS if difficulty >= 0.2 else _SKIPS[:2])
        asked_words, kind, asked = rng.choice(_ASKED)
        if len(kinds) == 1:
            words, close, fits, stays = _POLICIES[0]
            words = (
                "makes a pair with the opening bracket that began to wait last; if none waits, the "
                "closing bracket is ignored"
            )
        skip_words = skip_words.replace("backslash-like mark", "mark")
        named = [f"`{one[0]}` with `{one[1]}`" for one in kinds]
        shown = " and ".join([", ".join(named[:-1]), named[-1]]) if named[1:] else named[0]
        depth = ""
        if "depth" in asked_words:
            depth = (
                " The depth of a pair is 1 + the number of opening brackets that wait directly after "
                "the pair was made."
            )
        source = _SOURCE.substitute(
            pairs=repr({one[1]: one[0] for one in kinds}),
            prepare=prepare,
            skip=skip,
            close=close,
            asked=asked,
        )
        if not depth:  # then only the places matter
            source = source.replace("(start, i, len(stack) + 1)", "(start, i)")
            source = source.replace("start, end, _ in", "start, end in").replace("pair[:2]", "pair")
        return self.problem(
            entry="inspect",
            parameters=(("text", "str"),),
            returns=kind,
            statement=(
                f"The brackets in `text` are {shown} (opening with closing bracket); everything else "
                f"is an ordinary character.{skip_words} Read `text` from left to right. An opening "
                f"bracket begins to wait for its partner. A closing bracket {words}. Brackets of a pair "
                f"do not wait any more.{depth} Return {asked_words}."
            ),
            source=source,
            second=_SECOND.substitute(
                opening="".join(one[0] for one in kinds),
                closing="".join(one[1] for one in kinds),
                live=live,
                fits=fits,
                stays=stays,
                asked=_ASKED_AGAIN.get(asked, asked),
            ),
            inputs=_inputs(rng, difficulty, kinds),
            difficulty=difficulty,
        )


def _inputs(rng: TaskRandom, difficulty: float, kinds: list[str]) -> list[list[Json]]:
    a, b, c, d = *list(kinds[0]), *list(kinds[-1])
    given: list[list[Json]] = [
        [f"{a}x{c}y{d}{b}{a}{b}"],
        [f"{a}{c}{b}z{d}'{b}"],
        [f"{b}q!{a}{a}ab{b}'{c}{d}'{d}"],
        [""],
        ["abc"],
        [a],
        [b],
        [b + a],
        [a + b],
        [f"{a}{b}" * 6],
        [a * 6 + b * 6],
        [a * 4 + c * 3 + b * 2 + d * 9 + b * 5],
        [f"{a}{c}{a}{d}{b}{b}"],
        [f"{a}'{b}"],
        [f"!{a}{b}{a}!{b}!!{b}"],
        [f"{a}!{a}{b}"],
    ]
    plain = "".join(kinds) * 4 + "xy!'"
    for _ in range(32):
        length = rng.randint(4, 14 + int(40 * difficulty))
        text = "".join(rng.choice(plain) for _ in range(length))
        given.append([rng.choice(kinds)[0] * rng.randrange(3) + text])
    return given
