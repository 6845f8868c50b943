"""Knights tell the truth and knaves lie: find out who is who."""

import re
from collections.abc import Callable, Sequence
from itertools import product

from synth_envs.core import Task
from synth_envs.math import truth
from synth_envs.math.answers import Choice
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.seeding import TaskRandom

__all__ = ["KnightsKnaves"]

_NAMES = (
    "Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gus", "Hana", "Ivy", "Jon", "Kim", "Leo", "Mia", "Noor",
    "Otto", "Pia", "Quinn", "Ravi", "Sara", "Tom", "Uma", "Vera", "Wim", "Yara", "Zoe", "Amir", "Bela",
    "Carl", "Dora", "Emil", "Faye", "Greta", "Hugo", "Ines", "Jaro", "Lena", "Milo", "Nina", "Oleg", "Rosa",
)  # fmt: skip
_WORDINGS = (
    "Everyone on an island is a knight, who makes only true statements, or a knave, who makes only false ones. You meet {names}.",
    "Each of {names} is either a knight, whose statements are all true, or a knave, whose statements are all false.",
    "Every islander is a knight (all of whose statements are true) or a knave (all of whose statements are false). {names} are islanders.",
)
_IF = " (A statement that if p then q is false only when p is true and q is false.)"
_HOW_MANY = ("none", "exactly one", "exactly two", "all")
_ASK = '\nWho is what? Answer for everyone, such as "{first}: knight, {second}: knave, ...".'
_ROLES = ("knave", "knight")


class KnightsKnaves(MathFamily):
    """Tell knights from knaves by what they say about each other; exactly one answer fits.

    Difficulty sets the number of people (7 to 13), each of whom makes at least one statement, and
    the share of statements about three others (a fifth to three sevenths).
    """

    family = "knights_knaves"
    group = "logic"
    answer = Choice(_ROLES, hint="knight or knave for each name, such as Ada: knight, Ben: knave")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw the roles, then statements that fit them, until nothing else fits."""
        n, kinds = 7 + int(6.99 * difficulty), 5 + int(2.99 * difficulty)
        names = rng.sample(_NAMES, n)
        roles = [rng.randrange(2) for _ in range(n)]
        knights = truth.variables(n)
        hidden = sum(role << i for i, role in enumerate(roles))
        worlds = truth.every_world(n)
        lines: list[str] = []
        for turn in range(4 * n):  # few turns beyond the first n are needed
            speaker = turn if turn < n else rng.randrange(n)
            text, table = _statement(rng, names, roles, speaker, rng.randrange(kinds))
            rest = worlds & ~(knights[speaker] ^ table)
            if turn < n or rest != worlds:
                lines.append(f"{names[speaker]} says that {text}.")
                worlds = rest
            if turn >= n - 1 and not worlds & (worlds - 1):
                break
        while others := worlds ^ 1 << hidden:
            text, table = _exclude(names, roles, hidden ^ (others.bit_length() - 1))
            lines.append(f"{names[0]} says that {text}.")
            worlds &= ~(knights[0] ^ table)
        listed = ", ".join(names[:-1]) + " and " + names[-1]
        note = _IF if any("if " in line for line in lines) else ""
        head = phrasing(_WORDINGS, *lines).format(names=listed) + note
        prompt = "\n".join([head, *lines]) + _ASK.format(first=names[0], second=names[1])
        answer = ", ".join(
            f"{name}: {_ROLES[role]}" for name, role in zip(names, roles, strict=True)
        )
        return Task(self.family, prompt, answer, difficulty)

    def solve(self, prompt: str) -> str:
        """Try all roles against the statements read from the prompt."""
        said = re.findall(r"(?m)^(\w+) says that (.*)\.$", prompt)
        names = list(dict.fromkeys(name for name, _ in said))
        claims = [(names.index(name), _read(text, names)) for name, text in said]
        for roles in product((0, 1), repeat=len(names)):
            if all(claim(roles) == roles[speaker] for speaker, claim in claims):
                return ", ".join(
                    f"{name}: {_ROLES[role]}" for name, role in zip(names, roles, strict=True)
                )
        msg = "no roles fit"
        raise ValueError(msg)

    def cheats(self, task: Task) -> list[str]:
        """One person left out, added, given both roles or the wrong one; everyone swapped."""
        first, *rest = self.oracle(task).split(", ")
        swapped = first.replace("knight", "x").replace("knave", "knight").replace("x", "knave")
        return [
            ", ".join(rest),
            ", ".join([first, *rest, "Nobody: knave"]),
            ", ".join([first, swapped, *rest]),
            ", ".join([swapped, *rest]),
            ", ".join([first.split(":")[0] + ": knight or knave", *rest]),
            "everyone: knight",
        ]


def _statement(
    rng: TaskRandom, names: Sequence[str], roles: list[int], speaker: int, kind: int
) -> tuple[str, int]:
    """Something this speaker may say about others, and the worlds in which it is true."""
    a, b, c = rng.sample([i for i in range(len(names)) if i != speaker], 3)
    value, role = roles[speaker], rng.randrange(2)
    if kind == 0:
        return _is(names, a, roles[a] if value else 1 - roles[a])
    if kind == 1:
        return _same(names, a, b, same=(roles[a] == roles[b]) == value)
    if kind <= 3:  # if a is p, then b is q: says no more than that a is not p or b is q
        p = role if value else roles[a]
        q = 1 - roles[b] if not value else roles[b] if roles[a] == p else rng.randrange(2)
        (first, x), (second, y) = _is(names, a, p), _is(names, b, q)
        if kind == 2:
            return f"if {first}, then {second}", ~x | y
        first, x = _is(names, a, 1 - p)
        return f"{first} or {second}", x | y
    group = f"{names[a]}, {names[b]} and {names[c]}"
    x, y, z = (truth.variables(len(names))[i] for i in (a, b, c))
    if kind == 4 and (role in (roles[a], roles[b], roles[c])) == value:
        worlds = x | y | z if role else ~(x & y & z)
        return f"at least one of {group} is a {_ROLES[role]}", worlds
    count = roles[a] + roles[b] + roles[c]
    if not value:
        count = (count + 1 + rng.randrange(3)) % 4
    odd, every, some = x ^ y ^ z, x & y & z, x | y | z
    worlds = (~some, odd & ~every, some & ~odd, every)[count]
    return f"{_HOW_MANY[count]} of {group} {'is a knight' if count == 1 else 'are knights'}", worlds


def _is(names: Sequence[str], person: int, role: int) -> tuple[str, int]:
    knight = truth.variables(len(names))[person]
    return f"{names[person]} is a {_ROLES[role]}", knight if role else ~knight


def _same(names: Sequence[str], a: int, b: int, *, same: bool) -> tuple[str, int]:
    knights = truth.variables(len(names))
    differ = knights[a] ^ knights[b]
    kind = "the same kind" if same else "different kinds"
    return f"{names[a]} and {names[b]} are of {kind}", ~differ if same else differ


def _exclude(names: Sequence[str], roles: list[int], changed: int) -> tuple[str, int]:
    """What the first person may say, but not in the world where the roles in `changed` differ."""
    # If the speaker's role differs there, the statement's truth must not, and the reverse.
    wanted = 1 - (changed & 1)
    for person in range(1, len(names)):
        if changed >> person & 1 == wanted:
            return _is(names, person, roles[person] if roles[0] else 1 - roles[person])
    return _same(names, 1, 2, same=(roles[1] == roles[2]) == roles[0])


def _read(text: str, names: list[str]) -> Callable[[Sequence[int]], bool]:
    """What a statement says about the roles."""
    people = [names.index(word) for word in re.findall(r"[A-Z][a-z]*", text)]
    said = [_ROLES.index(word) for word in re.findall(r"knave|knight", text)]
    first, last = people[0], people[-1]
    how_many = re.match(r"(none|exactly one|exactly two|all) of", text)
    if how_many:
        count = _HOW_MANY.index(how_many[1])
        return lambda roles: sum(roles[i] for i in people) == count
    if text.startswith("at least"):
        return lambda roles: any(roles[i] == said[0] for i in people)
    if text.startswith("if "):
        return lambda roles: roles[first] != said[0] or roles[last] == said[1]
    if " or " in text:
        return lambda roles: roles[first] == said[0] or roles[last] == said[1]
    if "kind" in text:
        return lambda roles: (roles[first] == roles[last]) == ("same" in text)
    return lambda roles: roles[first] == said[0]
