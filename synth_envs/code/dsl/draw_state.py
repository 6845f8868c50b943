"""Loops with a state and scores of nested lists, drawn at random."""

from __future__ import annotations

from synth_envs.code.dsl.draw import SCALE, Drawer, Walk
from synth_envs.code.dsl.loops import ACTIONS, FINALS, STATE_TESTS
from synth_envs.code.dsl.nested import INNERS, JOINS
from synth_envs.code.dsl.terms import Term, subterms

__all__ = ["draw_loop", "draw_nested"]


def draw_loop(drawer: Drawer, walk: Walk) -> tuple[Term, str]:
    """Draw a loop with a state, and return it with the type of its result."""
    rng, difficulty = drawer.rng, drawer.difficulty
    two = rng.random() < difficulty
    name = rng.choice(("score", "balance", "level", "energy", "credit"))
    second = rng.choice(("streak", "counter", "bonus"))
    finals = [key for key, one in FINALS.items() if two or not one.second]
    final = rng.choice(finals if difficulty >= 0.2 else ["final_state"])
    count = 1 + int(2.4 * difficulty + rng.random())
    rules: list[Term] = []
    seen: set[str] = set()
    for place in range(count):
        state = place > 0 and rng.random() < 0.6 * difficulty
        states = [key for key, one in STATE_TESTS.items() if two or not one.second]
        if state:
            op = rng.choice(states)
            test = Term(op, drawer.args(STATE_TESTS[op].draws, walk))
        else:
            plain = place > 0 or difficulty < 0.5
            test = drawer.test("int", walk, plain=plain)
            op = test.op if test.op != "not" else test.args[0].op
        if op in seen or {op, *seen} >= {"even", "odd"}:
            continue
        seen.add(op)
        actions = _actions(drawer, walk, two, len(rules))
        if rules and rules[-1].args[1:] == actions:
            continue
        rules.append(Term("rule", (test, *actions)))
    ops = {one.op for one in subterms(Term("rules", tuple(rules)))}
    if two and not ops & {"add_second", "second_reaches"}:
        final = rng.choice([key for key, one in FINALS.items() if one.second])
    other = () if rng.random() < 0.3 else _actions(drawer, walk, two, 1)
    rules.append(Term("rule", (Term("otherwise"), *other)))
    gives = {"final_history": "list[int]", "final_pair": "tuple[int, int]"}.get(final, "int")
    start = rng.choice((0, 0, 1, 5, 10))
    states_used = Term("state", (second, 0)) if two else Term("none")
    return (
        Term("loop", (Term("state", (name, start)), states_used, Term(final), *rules)),
        gives,
    )


def _actions(drawer: Drawer, walk: Walk, two: bool, place: int) -> tuple[Term, ...]:  # noqa: FBT001
    rng = drawer.rng
    firsts = [k for k, one in ACTIONS.items() if not one.second and k != "stop"]
    seconds = [key for key, one in ACTIONS.items() if one.second]
    if place > 1 and rng.random() < 0.15 * drawer.difficulty:
        return (Term("stop"),)
    found = []
    op = rng.choice(firsts if drawer.difficulty >= 0.3 else firsts[:5])
    found.append(Term(op, drawer.args(ACTIONS[op].draws, walk)))
    if two and (place == 0 or rng.random() < 0.5):
        found.append(Term("count_up" if place == 0 else rng.choice(seconds)))
    return tuple(found)


def draw_nested(drawer: Drawer) -> Term:
    """Draw a value of nested lists."""
    rng = drawer.rng
    walk = Walk("list[int]", SCALE, [])
    join = rng.choice(list(JOINS) if drawer.difficulty >= 0.3 else ["join_sum"])
    inner = rng.choice(list(INNERS) if drawer.difficulty >= 0.2 else ["inner_times", "inner_plus"])
    args = {
        "inner_times": (rng.randint(2, 4),),
        "inner_plus": (rng.randint(1, 5),),
        "inner_cap": (rng.randint(6, 15),),
    }
    change = Term("same")
    if drawer.difficulty >= 0.2:
        change = drawer.change("int", walk, to="int", plain=True)
    test = drawer.test("int", walk)
    other = Term("zero")
    if rng.random() < 1.4 * drawer.difficulty - 0.2:
        other = drawer.change("int", walk, to="int", plain=True)
        other = Term("same") if other.op == change.op else other
    return Term("nested", (Term(join), Term(inner, args.get(inner, ())), test, change, other))
