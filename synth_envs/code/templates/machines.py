"""Small machines that follow drawn rules, one event after another."""

from __future__ import annotations

import itertools
from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["StateMachine"]

_STATES = ("idle", "ready", "open", "locked", "busy", "done")
_SOURCE_STATES = Text("""\
def operate(events):
    rules = {
$rules
    }
    state = '$first'
$before    for event in events:
        target = rules.get((state, event))
        if target is None:
            $unknown
            continue
        $moved
        state = target
    return $asked
""")
_SECOND_STATES = Text("""\
def operate(events):
    text = '$compact'
    rules = [line.split() for line in text.split(';')]

    def walk(place, state, path, bad):
        if place == len(events):
            return path, bad
        for source, event, target in rules:
            if source == state and event == events[place]:
                return walk(place + 1, target, path + [target], bad)
        return walk(place + 1, $fallback, path$add, bad + 1)

    path, bad = ['$first'], 0
    for start in range(0, len(events), 50):
        whole = events
        events = whole[start : start + 50]
        more, count = walk(0, path[-1], [], 0)
        path, bad, events = path + more, bad + count, whole
    return $asked
""")
#: What is asked: text, type, what to prepare, what to do at a move, answer, the second's answer.
_ASKED_STATES = (
    ("the state at the end", "str", "", "pass", "state", "path[-1]"),
    (
        "how often the machine moved into the state `$watch` by a rule, also when it was in it already",
        "int",
        "count = 0",
        "count += target == '$watch'",
        "count",
        "path[1:].count('$watch')",
    ),
    (
        (
            "the list of the states in the order in which the machine first was in them, beginning with "
            "`$first`, each one once"
        ),
        "list[str]",
        "seen = ['$first']",
        "if target not in seen:\n            seen.append(target)",
        "seen",
        "sorted(set(path), key=path.index)",
    ),
    (
        "how often the machine changed by a rule from a state to a different one",
        "int",
        "count = 0",
        "count += target != state",
        "count",
        "sum(a != b for a, b in zip(path, path[1:]))",
    ),
)


class StateMachine(Template):
    """Follow a drawn table of transitions."""

    name: ClassVar[str] = "state_machine"
    group: ClassVar[str] = "state machines and simulations"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the table, what an unknown event does, and what is asked."""
        states = rng.sample(_STATES, 3 + int(difficulty * 2) + rng.randrange(2))
        events = rng.sample(("push", "pull", "coin", "tick", "card"), 2 + int(2 * difficulty))
        first = states[0]
        rules = [
            (state, event, rng.choice(states))
            for state in states
            for event in events
            if rng.randrange(10) < 8
        ]
        rules += [(a, events[0], b) for a, b in itertools.pairwise(states)]
        table = {(a, event): b for a, event, b in rules}
        said, kind, before, moved, asked, second = (
            Text(part).substitute(watch=states[1], first=first)
            for part in rng.choice(_ASKED_STATES)
        )
        policy = rng.randrange(3 if kind == "int" else 2)
        unknown, policy_words, fallback, add = (
            ("pass", "changes nothing", "state", ""),
            ("ignored += 1", "changes nothing and is ignored", "state", ""),
            ("break", "stops the machine: it and all later events change nothing", "", ""),
        )[policy]
        if policy == 1:
            said = f"a list of two items: first {said}; then the number of ignored events"
            kind, asked, second = "list", f"[{asked}, ignored]", f"[{second}, bad]"
            before = f"{before}\n    ignored = 0".removeprefix("\n    ")
        lines = "; ".join(f"in `{a}`, `{event}` leads to `{b}`" for (a, event), b in table.items())
        source = _SOURCE_STATES.substitute(
            rules="\n".join(f"        {key!r}: {b!r}," for key, b in table.items()),
            first=first,
            before=f"    {before}\n" if before else "",
            unknown=unknown,
            moved=moved,
            asked=asked,
        )
        for line in ("            continue\n",) if policy == 2 else ():
            source = source.replace(line, "")
        source = source.replace("        pass\n        state", "        state")
        source = source.replace("            pass\n", "")
        return self.problem(
            entry="operate",
            parameters=(("events", "list[str]"),),
            returns=kind,
            statement=(
                f"A machine begins in the state `{first}` and gets the events of the list `events` in "
                f"order. Its rules: {lines}. An event for which the present state has no rule "
                f"{policy_words}. Return {said}."
            ),
            source=source,
            second=_second_states(
                table, first, second, stop=policy == 2, fallback=fallback, add=add
            ),
            inputs=_state_inputs(rng, difficulty, table, events, first),
            difficulty=difficulty,
        )


def _second_states(
    table: dict[tuple[str, str], str],
    first: str,
    asked: str,
    *,
    stop: bool,
    fallback: str,
    add: str,
) -> str:
    compact = ";".join(f"{a} {event} {b}" for (a, event), b in table.items())
    if not stop:
        return _SECOND_STATES.substitute(
            compact=compact, first=first, asked=asked, fallback=fallback, add=add
        )
    return (
        f"def operate(events):\n"
        f"    rules = [line.split() for line in '{compact}'.split(';')]\n"
        f"    path = ['{first}']\n"
        f"    while len(path) <= len(events):\n"
        f"        here = [path[-1], events[len(path) - 1]]\n"
        f"        found = [rule[2] for rule in rules if rule[:2] == here]\n"
        f"        if not found:\n"
        f"            return {asked}\n"
        f"        path += found\n"
        f"    return {asked}\n"
    )


def _state_inputs(
    rng: TaskRandom,
    difficulty: float,
    table: dict[tuple[str, str], str],
    events: list[str],
    first: str,
) -> list[list[Json]]:
    def tour(length: int, strays: int) -> list[str]:
        state = first
        said: list[str] = []
        for _ in range(length):
            known = [event for a, event in table if a == state]
            event = (
                rng.choice(known) if known and rng.randrange(100) >= strays else rng.choice(events)
            )
            said.append(event if rng.randrange(100) >= strays // 3 else "kick")
            state = table.get((state, said[-1]), state)
        return said

    def last(said: list[str]) -> str:
        state = first
        for event in said:
            state = table.get((state, event), state)
        return state

    # Those that are shown end in different states and differ in length.
    given: list[list[Json]] = []
    ends: set[str] = set()
    for tried in range(40):
        one = tour(2 + 2 * len(given), 0)
        if last(one) not in ends or tried > 30:
            ends.add(last(one))
            given.append([list(one)])
        if len(given) == 3:
            break
    given += [[[]], [["kick"]], [["kick", events[0]]], [[events[0].upper(), events[0]]], [[""]]]
    given += [[[event] * 3] for event in events]
    given += [[[a, b]] for a in events for b in events]
    for _ in range(36):
        one = tour(rng.randint(1, 8 + int(20 * difficulty)), rng.choice((0, 5, 30)))
        given.append([list(one)])
    return [*given, [list(tour(100, 2))], [list(tour(100, 0))]]
