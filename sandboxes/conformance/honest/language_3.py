"""Honest programs: the language itself, part 3."""

from sandboxes.conformance.honest.program import Honest

__all__ = ["PROGRAMS"]

PROGRAMS: tuple[Honest, ...] = (
    Honest(
        "multiple inheritance",
        """
class A:
    def go(self): return ["A"]
class B(A):
    def go(self): return ["B", *super().go()]
class C(A):
    def go(self): return ["C", *super().go()]
class D(B, C):
    def go(self): return ["D", *super().go()]
print(D().go(), [k.__name__ for k in D.mro()])
""",
        "['D', 'B', 'C', 'A'] ['D', 'B', 'C', 'A', 'object']\n",
    ),
    Honest(
        "attribute access",
        """
class Lazy:
    def __getattr__(self, name):
        if name.startswith("get_"):
            return lambda: name[4:].upper()
        raise AttributeError(name)
    def __setattr__(self, name, value):
        object.__setattr__(self, name, value * 2)
one = Lazy(); one.x = 21
print(one.get_thing(), one.x, getattr(one, "missing", "default"), hasattr(one, "missing"), vars(one))
""",
        "THING 42 default False {'x': 42}\n",
    ),
    Honest(
        "exceptions",
        """
def attempt(action):
    try:
        result = action()
    except (ZeroDivisionError, KeyError) as error:
        return type(error).__name__, str(error)
    except ValueError as error:
        return "value", error.args[0][:20]
    else:
        return "fine", result
    finally:
        print("finally", end=" ")
for action in (lambda: 1 / 0, lambda: {}["k"], lambda: int("x"), lambda: 42):
    print(attempt(action))
""",
        """\
finally ('ZeroDivisionError', 'division by zero')
finally ('KeyError', "'k'")
finally ('value', 'invalid literal for ')
finally ('fine', 42)
""",
    ),
    Honest(
        "exception chaining",
        """
class AppError(Exception):
    pass
try:
    try:
        {}["missing"]
    except KeyError as error:
        raise AppError("wrapped") from error
except AppError as error:
    print(error, repr(error.__cause__), error.__suppress_context__)
try:
    try:
        1 / 0
    finally:
        [][0]
except IndexError as error:
    print(type(error.__context__).__name__)
""",
        """\
wrapped KeyError('missing') True
ZeroDivisionError
""",
    ),
    Honest(
        "exception groups",
        """
try:
    raise ExceptionGroup("many", [ValueError("v"), TypeError("t"), ValueError("w")])
except* ValueError as group:
    print("values", [str(one) for one in group.exceptions])
except* TypeError as group:
    print("types", [str(one) for one in group.exceptions])
error = ValueError("noted"); error.add_note("a note"); print(error.__notes__)
""",
        """\
values ['v', 'w']
types ['t']
['a note']
""",
    ),
    Honest(
        "context managers",
        """
from contextlib import contextmanager, ExitStack, suppress
class Manager:
    def __enter__(self): print("enter"); return self
    def __exit__(self, kind, error, trace): print("exit", kind and kind.__name__); return kind is KeyError
with Manager():
    raise KeyError("swallowed")
@contextmanager
def tag(name):
    print(f"<{name}>")
    try:
        yield name.upper()
    finally:
        print(f"</{name}>")
with tag("a") as a, tag("b") as b:
    print(a, b)
with ExitStack() as stack:
    for name in "xy":
        stack.enter_context(tag(name))
    stack.callback(print, "callback")
with suppress(ZeroDivisionError):
    1 / 0
print("end")
""",
        """\
enter
exit KeyError
<a>
<b>
A B
</b>
</a>
<x>
<y>
callback
</y>
</x>
end
""",
    ),
    Honest(
        "match statements",
        """
def describe(thing):
    match thing:
        case 0 | 1:
            return "bit"
        case int(n) if n < 0:
            return f"negative {n}"
        case [x, y]:
            return f"pair {x} {y}"
        case [first, *rest]:
            return f"list {first} +{len(rest)}"
        case {"kind": "circle", "r": r, **others}:
            return f"circle {r} {sorted(others)}"
        case str() as text:
            return f"text {text}"
        case None:
            return "none"
        case _:
            return "other"
for thing in (0, -5, [1, 2], (1, 2, 3), {"kind": "circle", "r": 2, "z": 1}, "hey", None, 3.5, []):
    print(describe(thing))
""",
        """\
bit
negative -5
pair 1 2
list 1 +2
circle 2 ['z']
text hey
none
other
other
""",
    ),
    Honest(
        "match on classes",
        """
from dataclasses import dataclass
@dataclass
class Num: value: int
@dataclass
class Bin:
    left: object
    op: str
    right: object
def run(tree):
    match tree:
        case Num(v): return v
        case Bin(l, "+", r): return run(l) + run(r)
        case Bin(l, "*", r): return run(l) * run(r)
        case Bin(op=op): raise ValueError(op)
print(run(Bin(Num(2), "+", Bin(Num(3), "*", Num(4)))))
try:
    run(Bin(Num(1), "?", Num(2)))
except ValueError as error:
    print("bad", error)
""",
        """\
14
bad ?
""",
    ),
    Honest(
        "loops with else",
        """
for n in range(2, 12):
    for d in range(2, n):
        if n % d == 0:
            break
    else:
        print(n, end=" ")
print()
i = 0
while i < 3:
    i += 1
    if i == 2:
        continue
    print(i)
else:
    print("else", i)
""",
        "2 3 5 7 11 \n1\n3\nelse 3\n",
    ),
    Honest(
        "global names",
        """
count = 0
def bump():
    global count, made
    count += 1
    made = "new"
bump(); bump(); print(count, made, "count" in globals(), __name__)
def shadow():
    count = 99
    return locals()
print(shadow())
""",
        """\
2 new True __main__
{'count': 99}
""",
    ),
)
