"""Loops with a state and rules, of which the first that applies changes the state.

A term is `loop(state(name, start), state(name, start) or none, final, rule, ...)`; a rule is
`rule(condition, action, ...)`. The last rule has the condition `otherwise`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from synth_envs.code.dsl.grammar import article, joined
from synth_envs.code.dsl.terms import Term

__all__ = ["ACTIONS", "FINALS", "STATE_TESTS", "native", "python", "told"]


@dataclass(frozen=True, slots=True)
class _Part:
    """A condition on the state, an action or a result, in all its forms.

    `{a}` and `{b}` are the states, `{x}` is the element, `{one}` its noun.
    """

    native: Callable[..., Any]
    python: str
    says: str
    formula: str = ""
    second: bool = False
    draws: tuple[str, ...] = ()


#: Conditions: of the state `s`, a list of two, and the value `v`.
STATE_TESTS = {
    "state_above": _Part(
        lambda k: lambda s, _: not s[0] <= k,
        "{a} > {0}",
        "the {a} is greater than {0}",
        draws=("bound",),
    ),
    "state_even": _Part(lambda: lambda s, _: not s[0] & 1, "{a} % 2 == 0", "the {a} is even"),
    "state_negative": _Part(lambda: lambda s, _: s[0] <= -1, "{a} < 0", "the {a} is negative"),
    "value_exceeds": _Part(
        lambda: lambda s, v: s[0] < v, "{x} > {a}", "the {one} is greater than the {a}"
    ),
    "value_divides": _Part(
        lambda: lambda s, v: v != 0 and s[0] % v == 0,
        "{x} != 0 and {a} % {x} == 0",
        "the {one} is not 0 and the {a} is divisible by it",
    ),
    "second_reaches": _Part(
        lambda k: lambda s, _: not s[1] < k,
        "{b} >= {0}",
        "the {b} is at least {0}",
        second=True,
        draws=("two",),
    ),
}
#: Actions: new states from old ones.
ACTIONS = {
    "add_value": _Part(
        lambda: lambda a, b, v: (v + a, b),
        "{a} += {x}",
        "add the {one} to the {a}",
        "`{a}` becomes `{a} + {x}`",
    ),
    "subtract_value": _Part(
        lambda: lambda a, b, v: (-(v - a), b),
        "{a} -= {x}",
        "subtract the {one} from the {a}",
        "`{a}` becomes `{a} - {x}`",
    ),
    "add_const": _Part(
        lambda c: lambda a, b, _: (c + a, b),
        "{a} += {0}",
        "increase the {a} by {0}",
        "`{a}` becomes `{a} + {0}`",
        draws=("limit1",),
    ),
    "subtract_const": _Part(
        lambda c: lambda a, b, _: (a + -c, b),
        "{a} -= {0}",
        "decrease the {a} by {0}",
        "`{a}` becomes `{a} - {0}`",
        draws=("limit1",),
    ),
    "scale": _Part(
        lambda: lambda a, b, _: (a + a, b), "{a} *= 2", "double the {a}", "`{a}` becomes `2 * {a}`"
    ),
    "set_const": _Part(
        lambda c: lambda _a, b, _: (c, b),
        "{a} = {0}",
        "set the {a} to {0}",
        "`{a}` becomes {0}",
        draws=("digit",),
    ),
    "negate_state": _Part(
        lambda: lambda a, b, _: (0 - a, b),
        "{a} = -{a}",
        "change the sign of the {a}",
        "`{a}` becomes `-{a}`",
    ),
    "set_value": _Part(
        lambda: lambda _a, b, v: (v, b),
        "{a} = {x}",
        "set the {a} to the {one}",
        "`{a}` becomes `{x}`",
    ),
    "count_up": _Part(
        lambda: lambda a, b, _: (a, 1 + b),
        "{b} += 1",
        "increase the {b} by 1",
        "`{b}` becomes `{b} + 1`",
        second=True,
    ),
    "count_reset": _Part(
        lambda: lambda a, b, _: (a, b - b),
        "{b} = 0",
        "set the {b} back to 0",
        "`{b}` becomes 0",
        second=True,
    ),
    "add_second": _Part(
        lambda: lambda a, b, _: (b + a, b),
        "{a} += {b}",
        "add the {b} to the {a}",
        "`{a}` becomes `{a} + {b}`",
        second=True,
    ),
    "stop": _Part(
        lambda: None, "break", "stop and ignore everything that follows", "the process stops"
    ),
}
#: Results, from the history of the state `a` (its start first) and the last `b`.
FINALS = {
    "final_state": _Part(lambda: lambda h, _: h[-1], "{a}", "the final {a}"),
    "final_best": _Part(
        lambda: lambda h, _: max(h),
        "best",
        "the largest value that the {a} ever had (its starting value included)",
    ),
    "final_history": _Part(
        lambda: lambda h, _: h[1:],
        "history",
        "the list of the values that the {a} had after each {one}, in order",
    ),
    "final_pair": _Part(
        lambda: lambda h, b: [h[-1], b],
        "{a}, {b}",
        "a pair of the final {a} and the final {b}, in this order",
        second=True,
    ),
    "final_sum": _Part(
        lambda: lambda h, b: b + h[-1],
        "{a} + {b}",
        "the sum of the final {a} and the final {b}",
        second=True,
    ),
}


def _states(term: Term) -> tuple[Term, Term | None, Term, Sequence[Term]]:
    first, second, final, *rules = term.args
    return first, (second if second.op == "state" else None), final, rules


def native(term: Term, compiled: Callable[[Term], Callable[[Any], Any]]) -> Callable[[Any], Any]:
    """Return the function of a list that a loop is."""
    first, second, final, rules = _states(term)
    start = (first.args[1], second.args[1] if second else 0)
    table: list[tuple[Callable[[Any, Any], bool], list[Any]]] = []
    for rule in rules:
        test, *actions = rule.args
        if test.op == "otherwise":
            condition: Callable[[Any, Any], bool] = lambda _s, _v: True  # noqa: E731
        elif test.op in STATE_TESTS:
            condition = STATE_TESTS[test.op].native(*test.args)
        else:
            condition = _ignoring(compiled(test))
        table.append((condition, [ACTIONS[one.op].native(*one.args) for one in actions]))
    result = FINALS[final.op].native()

    def run(values: Any) -> Any:
        state = start
        history = [state[0]]
        for value in values:
            actions = next((todo for test, todo in table if test(state, value)), [])
            if None in actions:
                break
            for action in actions:
                state = action(*state, value)
            history.append(state[0])
        return result(history, state[1])

    return run


def _ignoring(test: Callable[[Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda _, value: test(value)


def python(term: Term, name: str, test: Callable[[Term, str], str], var: str) -> list[str]:
    """Return the lines of the loop.

    Args:
        term: The loop.
        name: The list.
        test: How a test of an element is written.
        var: A name for the elements.
    """
    first, second, final, rules = _states(term)
    words = {"a": first.args[0], "b": second.args[0] if second else "", "x": var}
    lines = [f"{one.args[0]} = {one.args[1]}" for one in (first, second) if one]
    after = ""
    if final.op == "final_history":
        lines.append("history = []")
        after = f"    history.append({words['a']})"
    elif final.op == "final_best":
        lines.append(f"best = {words['a']}")
        after = f"    best = max(best, {words['a']})"
    lines.append(f"for {var} in {name}:")
    for place, rule in enumerate(rules):
        condition, *actions = rule.args
        if condition.op == "otherwise":
            if not actions:
                continue
            lines.append("    else:")
        else:
            row = STATE_TESTS.get(condition.op)
            text = row.python.format(*condition.args, **words) if row else test(condition, var)
            lines.append(f"    {'elif' if place else 'if'} {text}:")
        lines += ["        " + ACTIONS[one.op].python.format(*one.args, **words) for one in actions]
    if after:
        lines.append(after)
    return [*lines, "return " + FINALS[final.op].python.format(**words)]


def told(
    term: Term, where: str, one: str, clause: Callable[[Term], str], style: str
) -> tuple[str, str]:
    """Return the loop in English: the process, and what is returned of it.

    Args:
        term: The loop.
        where: What it goes through, "the numbers in `xs`".
        one: The noun for an element.
        clause: How a test of an element is said, "is even".
        style: "list", "prose" or "definitions".
    """
    first, second, final, rules = _states(term)
    words = {"a": first.args[0], "b": second.args[0] if second else "", "x": "x", "one": one}
    states = [(two.args[0], two.args[1]) for two in (first, second) if two]
    result = FINALS[final.op].says.format(**words)
    done = [_rule(rule, words, clause, style) for rule in rules]
    last = done.pop()[1]
    if style == "definitions":
        begin = joined([f"`{name}` is {start}" for name, start in states], "and")
        lines = [f"- if {test}, {do};" for test, do in done]
        head = f"At first, {begin}. Take {where} from left to right. For each {one} `x`, only the first case that fits counts:"
        for name, _ in states:
            result = result.replace(f" {name}", f" `{name}`")
        return "\n".join([head, *lines, f"- otherwise, {last or 'nothing changes'}."]), result
    if style == "prose":
        begin = joined([f"{article(name)} of {start}" for name, start in states], "and")
        text = [f"Start with {begin}, and go through {where} from left to right."]
        for place, (test, do) in enumerate(done):
            text.append(f"{'Otherwise, if' if place else 'If'} {test}, {do}.")
        return " ".join([*text, f"Otherwise, {last or 'change nothing'}."]), result
    begin = joined([f"{article(name)}, which starts at {start}" for name, start in states], ", and")
    begin = begin.replace(" , and", ", and")
    lines = [f"- If {test}, {do}." for test, do in done]
    head = f"Keep {begin}. Go through {where} from left to right, and for each {one} apply only the first of these rules that fits:"
    return "\n".join([head, *lines, f"- Otherwise, {last or 'change nothing'}."]), result


def _rule(
    rule: Term, words: dict[str, str], clause: Callable[[Term], str], style: str
) -> tuple[str, str]:
    """Return the condition and the actions of a rule."""
    condition, *actions = rule.args
    subject = "`x`" if style == "definitions" else f"the {words['one']}"
    if condition.op in STATE_TESTS:
        test = STATE_TESTS[condition.op].says.format(*condition.args, **words)
        if style == "definitions":
            test = test.replace(f"the {words['a']}", f"`{words['a']}`").replace("by it", "by `x`")
            test = test.replace(f"the {words['b']}", f"`{words['b']}`") if words["b"] else test
            test = test.replace(f"the {words['one']}", "`x`")
    elif condition.op == "otherwise":
        test = ""
    else:
        test = f"{subject} {clause(condition)}"
    parts = [
        (ACTIONS[one.op].formula if style == "definitions" else ACTIONS[one.op].says).format(
            *one.args, **words
        )
        for one in actions
    ]
    return test, (", and then ".join(parts) if len(parts) > 1 else "".join(parts))
