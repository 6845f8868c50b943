"""Local rewritings that make a program cheaper: what a weak solver of `CodeEfficiency` knows.

Each looks for one idiom and replaces it without understanding the program around it, so what
comes out may be wrong; `solvers.speed_up` keeps what agrees with the examples of the prompt.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

__all__ = ["faster"]

_CACHE = """
def _cached(function):
    known = {}
    def call(*given):
        if given not in known:
            known[given] = function(*given)
        return known[given]
    return call
"""
_TABLE = """
class _Sums:
    def __init__(self, term, stop):
        self.sums = [0]
        for i in range(stop):
            self.sums.append(self.sums[-1] + term(i))

    def between(self, first, stop):
        return self.sums[stop] - self.sums[first] if stop > first else 0
"""
#: One past the root of what is filled in.
_ROOT = "int({} ** 0.5) + 1"


def faster(tree: ast.Module) -> list[str]:
    """Return rewritten programs: by all rewritings at once, then by each of them alone."""
    source = ast.unparse(tree)
    combined, found = ast.parse(source), []
    for rewrite in _REWRITES:
        rewrite(combined)
        single = ast.parse(source)
        rewrite(single)
        found.append(ast.unparse(ast.fix_missing_locations(single)))
    texts = [ast.unparse(ast.fix_missing_locations(combined)), *found]
    return [one for one in dict.fromkeys(texts) if one != source]


def _remember(tree: ast.Module) -> None:
    """Put a cache on every function that calls itself."""
    changed = False
    for one in list(ast.walk(tree)):
        if isinstance(one, ast.FunctionDef) and one.name in _called(one):
            one.decorator_list.append(ast.Name("_cached", ast.Load()))
            changed = True
    if changed:
        tree.body[:0] = ast.parse(_CACHE).body


def _called(tree: ast.AST) -> set[str]:
    return {
        one.func.id
        for one in ast.walk(tree)
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)
    }


def _look_up(tree: ast.Module) -> None:
    """Make a set of a list that is only appended to and searched."""
    for function in [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)]:
        for one in ast.walk(function):
            match one:
                case ast.Assign([ast.Name(name)], ast.List([])) if _only_searched(function, name):
                    one.value = ast.Call(ast.Name("set", ast.Load()), [], [])
                    for call in ast.walk(function):
                        match call:
                            case ast.Attribute(ast.Name(owner), "append") if owner == name:
                                call.attr = "add"


def _only_searched(function: ast.FunctionDef, name: str) -> bool:
    uses = searched = 0
    for one in ast.walk(function):
        match one:
            case ast.Name(found, ast.Load()) if found == name:
                uses += 1
            case ast.Compare(_, [ast.In() | ast.NotIn()], [ast.Name(found)]) if found == name:
                searched += 1
            case ast.Attribute(ast.Name(found), "append") if found == name:
                searched += 1
    return uses == searched > 1


def _sum_up(tree: ast.Module) -> None:
    """Answer sums over ranges of places, asked for in a loop, from sums of beginnings."""
    for function in [one for one in tree.body if isinstance(one, ast.FunctionDef)]:
        lists = [one.arg for one in function.args.args]
        for loop in [one for one in function.body if isinstance(one, ast.For)]:
            for call in ast.walk(loop):
                match call:
                    case ast.Call(
                        ast.Name("sum"),
                        [
                            ast.GeneratorExp(
                                term,
                                [
                                    ast.comprehension(
                                        ast.Name(place),
                                        ast.Call(ast.Name("range"), [low, high]),
                                        [],
                                    )
                                ],
                            )
                        ],
                    ) if lists and _reads(term) <= {place, *lists}:
                        table = (
                            f"_sums = _Sums(lambda {place}: {ast.unparse(term)}, len({lists[0]}))"
                        )
                        function.body[:0] = ast.parse(table).body
                        call.func = ast.Attribute(
                            ast.Name("_sums", ast.Load()), "between", ast.Load()
                        )
                        call.args = [low, high]
                        tree.body[:0] = ast.parse(_TABLE).body
                        return


def _reads(tree: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(tree) if isinstance(one, ast.Name)}


def _stop_at_root(tree: ast.Module) -> None:
    """Look for divisors up to the root only: for one of each pair, or for the smallest."""
    for loop in [one for one in ast.walk(tree) if isinstance(one, ast.For)]:
        match loop:
            case ast.For(
                ast.Name(divisor),
                ast.Call(ast.Name("range"), [ast.Constant(first), *_, stop]),
                [ast.If(test, body)],
            ):
                for part in ast.walk(test):
                    match part:
                        case ast.BinOp(ast.Name(number), ast.Mod(), ast.Name(by)) if by == divisor:
                            break
                else:
                    continue
                text = ast.unparse(stop)
                if text == number and first == 2:
                    loop.iter = ast.parse(f"range(2, {_ROOT.format(number)})").body[0].value  # type: ignore[attr-defined]
                elif text == f"{number} + 1" and first == 1:
                    pairs = (
                        f"for _low in range(1, {_ROOT.format(number)}):\n"
                        f"    if {number} % _low == 0:\n"
                        f"        for {divisor} in {{_low, {number} // _low}}:\n"
                        f"            if {ast.unparse(test)}:\n"
                        f"                pass\n"
                    )
                    (made,) = ast.parse(pairs).body
                    inner = made.body[0].body[0].body[0]  # type: ignore[attr-defined]
                    inner.body = body
                    loop.target, loop.iter, loop.body = made.target, made.iter, made.body  # type: ignore[attr-defined]


_REWRITES: tuple[Callable[[ast.Module], None], ...] = (
    _remember,
    _look_up,
    _sum_up,
    _stop_at_root,
)
