"""Texts that stand for other texts: run lengths and nested repetitions."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["NestedRepeat", "RunLength"]

#: How a run is written: text, and an expression of its first character `c` and its length `n`.
_FORMS = (
    ("its length followed by its first character, such as `3x`", "str(n) + c"),
    ("its first character followed by its length, such as `x3`", "c + str(n)"),
    ("as in `x*3` (first character, star, length)", "c + '*' + str(n)"),
    ("as in `(3x)` (length and first character in round brackets)", "'(' + str(n) + c + ')'"),
    (
        "as in `x[3]` (first character, then the length in square brackets)",
        "c + '[' + str(n) + ']'",
    ),
)
_SOURCE_RUNS = Text("""\
def shorten(text):
    parts = []
    i = 0
    while i < len(text):
        j = i + 1
        while j < len(text) and $same:
            j += 1
        c, n = text[i], j - i
        parts.append($piece)
        i = j
    return '$sep'.join(parts)
""")
_SECOND_RUNS = Text("""\
import re


def shorten(text):
    parts = []
    for found in re.finditer(r'(.)\\1$times', text, $flags):
        run = found.group()
        c, n = run[0], len(run)
        parts.append(run if n < $least else $form)
    return '$sep'.join(parts)
""")


class RunLength(Template):
    """Write runs of equal characters in a shorter way, under drawn rules."""

    name: ClassVar[str] = "run_length"
    group: ClassVar[str] = "strings"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the form of a run, what counts as a run, and what stays as it is."""
        words, form = rng.choice(_FORMS)
        least = rng.randint(1, 3) if difficulty < 0.4 else rng.randint(2, 4)
        cap = rng.randint(least + 2, 9) if difficulty >= 0.25 and rng.randrange(2) else 0
        fold = difficulty >= 0.25 and rng.randrange(2) == 1
        sep = rng.choice(("", "", "-", "/"))
        same = "text[j].lower() == text[i].lower()" if fold else "text[j] == text[i]"
        said = [
            (
                "Cut `text`, which consists of letters, from left to right into runs: each run is as "
                "long as possible and consists of equal characters"
            )
        ]
        if cap:
            same += f" and j - i < {cap}"
            said[0] += (
                f", but has at most {cap} of them (the next run begins right after it, even with "
                f"the same character)"
            )
        said.append(
            "An upper-case letter and its lower-case form count as equal"
            if fold
            else "Upper-case and lower-case letters are different characters"
        )
        if least == 1:
            said.append(f"Write every run {_how(words)}")
        else:
            said.append(
                f"Write a run of at least {least} characters {_how(words)}; leave shorter runs "
                f"exactly as they are in `text`"
            )
        said.append(
            f"Return the results in order, joined with `{sep}`"
            if sep
            else "Return the results in order, put together without anything between them"
        )
        return self.problem(
            entry="shorten",
            parameters=(("text", "str"),),
            returns="str",
            statement=". ".join(said) + "; the result for an empty text is the empty text.",
            source=_SOURCE_RUNS.substitute(
                same=same,
                sep=sep,
                piece=form if least == 1 else f"text[i:j] if n < {least} else {form}",
            ),
            second=_SECOND_RUNS.substitute(
                times=f"{{0,{cap - 1}}}" if cap else "*",
                flags="re.IGNORECASE" if fold else "0",
                least=least,
                form=form,
                sep=sep,
            ),
            inputs=_run_inputs(rng, difficulty),
            difficulty=difficulty,
        )


def _how(words: str) -> str:
    return words if words.startswith("as") else f"as {words}"


def _run_inputs(rng: TaskRandom, difficulty: float) -> list[list[Json]]:
    given: list[list[Json]] = [["aaaabccA"], ["xyYYyyz"], ["bbbbbbbbbbbbbaaac"]]
    given += [[""], ["q"], ["Q" * 30], ["aAaAaAaAaAaAaA"], ["abc"], ["aabbaabb"], ["zzzZZZ"]]
    for _ in range(34):
        text = ""
        for _ in range(rng.randint(1, 5 + int(9 * difficulty))):
            c = rng.choice("abAB")
            text += c * rng.choice((1, 1, 2, 3, 4, 5, 9, 12))
        given.append([text])
    return given


#: What square brackets do with `body` and `times`: text and an expression.
_REPEATS = (
    ("`body` written k times", "body * times"),
    (
        "k copies of `body`, of which the second, fourth, sixth, ... are reversed",
        "''.join(body[::-1] if i % 2 else body for i in range(times))",
    ),
    ("k copies of `body` with a dot `.` between neighbouring copies", "'.'.join([body] * times)"),
    (
        "`body` written k times and, if k is at least 2, then its first character once more",
        "body * times + (body[:1] if times >= 2 else '')",
    ),
    (
        (
            "k copies of `body`, the i-th of them (from 0) without its first i characters (nothing is "
            "left of a copy that has at most i)"
        ),
        "''.join(body[i:] for i in range(times))",
    ),
)
#: What round brackets do with `body`.
_ROUNDS = (
    ("`body` reversed", "body[::-1]"),
    ("`body` without its last character", "body[:-1]"),
    ("every second character of `body`, beginning with the first one", "body[::2]"),
    ("`body` with its first character moved to the end", "body[1:] + body[:1]"),
    ("`body` followed by `body` reversed", "body + body[::-1]"),
)
_ASKED = (
    ("Return what `text` stands for", "str", "current"),
    ("Return how many characters the text that `text` stands for has", "int", "len(current)"),
    (
        "Return how often the letter `a` occurs in the text that `text` stands for",
        "int",
        "current.count('a')",
    ),
)
_SOURCE_NESTED = Text("""\
def expand(text):
    outer = []
    current = number = ''
    for c in text:
        if c.isdigit():
            number += c
        elif $kinds:
            outer.append((current, number))
            current = number = ''
        elif c == ']':
            before, digits = outer.pop()
            times = int(digits) if digits else $default
            current = before + $repeat
$round        else:
            current += c
    return $asked
""")
_ROUND = Text("""\
        elif c == ')':
            before, _ = outer.pop()
            current = before + $change
""")
_SECOND_NESTED = Text("""\
import re


def expand(text):
    def written(found):
        body = found.group(2) if found.group(2) is not None else found.group(3)
        if found.group(2) is None:
            return $change
        times = int(found.group(1) or '$default')
        return $repeat

    pattern = re.compile(r'(\\d*)\\[([a-z.]*)\\]|\\(([a-z.]*)\\)')
    current = text
    while pattern.search(current):
        current = pattern.sub(written, current, count=1)
    return $asked
""")


#: What is drawn, written in another way for the second program.
_REPEATS_AGAIN = {
    "body * times": "''.join(body for _ in range(times))",
    "''.join(body[::-1] if i % 2 else body for i in range(times))": "((body + body[::-1]) * times)[: len(body) * times]",
    "'.'.join([body] * times)": "((body + '.') * times)[:-1]",
    "body * times + (body[:1] if times >= 2 else '')": "body * times + body[: times > 1]",
    "''.join(body[i:] for i in range(times))": "''.join(c for i in range(times) for p, c in enumerate(body) if p >= i)",
    "body[::-1]": "''.join(reversed(body))",
    "body[:-1]": "body[: max(len(body) - 1, 0)]",
    "body[::2]": "''.join(c for p, c in enumerate(body) if p % 2 == 0)",
    "body[1:] + body[:1]": "''.join(body[p - len(body) + 1] for p in range(len(body)))",
    "body + body[::-1]": "body + ''.join(reversed(body))",
    "body": "body",
}


class NestedRepeat(Template):
    """Expand a text with bracketed groups, which may stand inside each other."""

    name: ClassVar[str] = "nested_repeat"
    group: ClassVar[str] = "strings"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw what the brackets do and what is asked."""
        words, repeat = rng.choice(_REPEATS)
        both = difficulty >= 0.4 or rng.randrange(4) == 0
        round_words, change = rng.choice(_ROUNDS) if both else ("", "body")
        default = rng.choice((1, 2, 3))
        asked_words, kind, asked = rng.choice(_ASKED)
        statement = (
            f"`text` consists of lower-case letters, which stand for themselves, and of groups. A "
            f"group `k[body]` with a decimal number k (of one or more digits, possibly 0) stands "
            f"for {words}; for k = 0 that is nothing. If the number is missing, k is {default}. "
        )
        if both:
            statement += f"A group `(body)` stands for {round_words}; no number precedes it. "
        statement += (
            f"Groups may be empty and may contain letters and other groups; an inner group is "
            f"replaced by what it stands for before the outer one is looked at. All brackets match, "
            f"and digits appear only directly before `[`. {asked_words}."
        )
        return self.problem(
            entry="expand",
            parameters=(("text", "str"),),
            returns=kind,
            statement=statement,
            source=_SOURCE_NESTED.substitute(
                default=default,
                kinds="c in '[('" if both else "c == '['",
                repeat=repeat.replace("body", "current"),
                round=_ROUND.substitute(change=change.replace("body", "current")) if both else "",
                asked=asked,
            ),
            second=_SECOND_NESTED.substitute(
                default=default,
                repeat=_REPEATS_AGAIN[repeat],
                change=_REPEATS_AGAIN[change],
                asked=asked,
            ),
            inputs=_nested_inputs(rng, difficulty, both=both),
            difficulty=difficulty,
        )


def _nested_inputs(rng: TaskRandom, difficulty: float, *, both: bool) -> list[list[Json]]:
    def group(depth: int) -> str:
        text = ""
        for _ in range(rng.randint(1, 3)):
            kind = rng.randrange(5)
            if depth and kind >= 3:
                if both and rng.randrange(2):
                    text += f"({group(depth - 1)})"
                else:
                    number = rng.choice(("", "", "0", "1", "2", "2", "3", "4"))
                    text += f"{number}[{group(depth - 1)}]"
            else:
                text += "".join(rng.choice("abc") for _ in range(rng.randint(0, 3)))
        return text

    given: list[list[Json]] = [
        ["a3[bca]d"],
        ["2[ab[c]]"],
        ["x(abcd)2[(ab)a]" if both else "4[ab1[a]]"],
    ]
    given += [[""], ["abc"], ["0[ab]"], ["12[a]"], ["[]"], ["2[3[a]]"], ["[[ab]c]"], ["a0[b]a2[]c"]]
    if both:
        given += [["()"], ["((abc)d)"], ["(a2[bca])"], ["3[(aab)]"], ["10[(ab)]aa"]]
    while len(given) < 48:
        one = group(1 + (len(given) % 2) + (1 if difficulty > 0.6 else 0))
        if len(one) < 60:
            given.append([one])
    return [*given, ["5[ab]3[aac]"], ["2[a2[b2[ca]]]"], ["abcabc2[xyza]"], ["3[a]3[ab]3[aba]"]]
