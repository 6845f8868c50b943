"""Honest programs: the language itself, part 1."""

from sandboxes.conformance.honest.program import Honest

__all__ = ["PROGRAMS"]

PROGRAMS: tuple[Honest, ...] = (
    Honest(
        "hello",
        'print("Hello, world!")\n',
        "Hello, world!\n",
    ),
    Honest(
        "empty program",
        "pass\n",
        "",
    ),
    Honest(
        "print separators",
        r"""
print("a", "b", 3, sep="-", end="!\n")
print(*range(5), sep=", ")
print()
print("no newline", end="")
""",
        "a-b-3!\n0, 1, 2, 3, 4\n\nno newline",
    ),
    Honest(
        "arithmetic of integers",
        """
print(7 // 2, -7 // 2, 7 % 3, -7 % 3, 7 ** 3, 2 ** -1, divmod(-17, 5))
print(0x1F, 0b1010, 0o17, 1_000_000, int("ff", 16), bin(10), hex(255), oct(8))
""",
        """\
3 -4 1 2 343 0.5 (-4, 3)
31 10 15 1000000 255 0b1010 0xff 0o10
""",
    ),
    Honest(
        "arithmetic of floats",
        """
import math
print(0.1 + 0.2, round(2.5), round(3.5), round(2.675, 2), 1e300 * 1e10, -1e300 * 1e10)
print(math.isnan(float("nan")), float("inf") > 10**400, 1 / 3, 5e-324, math.fsum([0.1] * 10))
print(float.hex(0.1), (0.1).as_integer_ratio(), repr(1e16), repr(1e15), repr(1e22))
""",
        """\
0.30000000000000004 2 4 2.67 inf -inf
True True 0.3333333333333333 5e-324 1.0
0x1.999999999999ap-4 (3602879701896397, 36028797018963968) 1e+16 1000000000000000.0 1e+22
""",
    ),
    Honest(
        "big integers",
        """
n = 2 ** 521 - 1
print(n)
print(n % 1_000_000_007, n.bit_length(), pow(3, n, 10**9 + 7), (n * n).bit_count())
print(len(str(3 ** 5000)))
""",
        """\
6864797660130609714981900799081393217269435300143305409394463459185543183397656052122559640661454554977296311391480858037121987999716643812574028291115057151
213363749 521 433083486 521
2386
""",
    ),
    Honest(
        "complex numbers",
        """
z = complex(3, 4)
print(z, abs(z), z.conjugate(), z * z, z ** 2 == z * z, z.real, z.imag)
import cmath
print(round(cmath.phase(1j), 6), cmath.sqrt(-4))
""",
        """\
(3+4j) 5.0 (3-4j) (-7+24j) True 3.0 4.0
1.570796 2j
""",
    ),
    Honest(
        "booleans and short circuits",
        """
def loud(value):
    print("seen", value)
    return value
print(loud(0) and loud(1), loud(0) or loud(2), not loud(3))
print(any(loud(x) for x in (0, 1, 2)), all(loud(x) for x in (1, 0, 2)))
print(True + True, isinstance(True, int), True == 1, True is 1 + 0 == 1)
""",
        """\
seen 0
seen 0
seen 2
seen 3
0 2 False
seen 0
seen 1
seen 1
seen 0
True False
2 True True False
""",
    ),
    Honest(
        "chained comparisons",
        """
x = 5
print(1 < x < 10, 1 < x > 3, 10 > x >= 5, 1 == True != 2, "a" < "b" < "c", (1, 2) < (1, 3) <= (1, 3))
""",
        "True True True True True True\n",
    ),
    Honest(
        "string methods",
        r"""
s = "  The quick Brown fox  "
print(repr(s.strip()), s.lower().split(), s.title(), s.swapcase().strip())
print("abc".center(9, "*"), "7".zfill(3), "-7".zfill(4), "a,b,,c".split(","), "a b  c".split())
print("banana".count("an"), "banana".find("na", 3), "banana".rfind("a"), "banana".replace("a", "o", 2))
print("x=1".partition("="), "a.b.c".rpartition("."), "prefix-x".removeprefix("prefix-"), "a\tb".expandtabs(4))
""",
        """\
'The quick Brown fox' ['the', 'quick', 'brown', 'fox']   The Quick Brown Fox   tHE QUICK bROWN FOX
***abc*** 007 -007 ['a', 'b', '', 'c'] ['a', 'b', 'c']
2 4 5 bonona
('x', '=', '1') ('a.b', '.', 'c') x a   b
""",
    ),
    Honest(
        "string formatting",
        """
name, value = "pi", 3.14159265
print(f"{name:>5}|{name:<5}|{name:^6}|{value:.3f}|{value:10.2e}|{1234567:,}|{255:#x}|{255:08b}")
print("%s has %d items costing %.2f (%5s|%-5s|%05d)" % ("cart", 3, 9.5, "ab", "cd", 42))
print("{0} {1} {0} {key!r:>6}".format("a", "b", key="c"), f"{value=:.2f}", f"{'nested ' + name!r}")
print(f"{0.25:%} {1e9:g} {-5:+d} {5:+d} {10**10:_}")
""",
        """\
   pi|pi   |  pi  |3.142|  3.14e+00|1,234,567|0xff|11111111
cart has 3 items costing 9.50 (   ab|cd   |00042)
a b a    'c' value=3.14 'nested pi'
25.000000% 1e+09 -5 +5 10_000_000_000
""",
    ),
    Honest(
        "slices",
        """
a = list(range(10))
print(a[2:5], a[::-1], a[::3], a[-3:], a[5:2:-1], a[100:], a[-100:3])
a[2:5] = ["x"]
del a[::2]
print(a, "hello"[1:-1], (1, 2, 3)[:-1], bytes(range(5))[1:3])
b = [1, 2, 3, 4]
b[::2] = [9, 8]
print(b, slice(1, 10, 2).indices(6))
""",
        "[2, 3, 4] [9, 8, 7, 6, 5, 4, 3, 2, 1, 0] [0, 3, 6, 9] [7, 8, 9] [5, 4, 3] [] [0, 1, 2]\n[1, 5, 7, 9] ell (1, 2) b'\\x01\\x02'\n[9, 2, 8, 4] (1, 6, 2)\n",
    ),
    Honest(
        "list operations",
        """
a = [3, 1, 2]
a.append(5); a.extend([4, 4]); a.insert(0, 9); a.remove(4)
print(a, a.pop(), a.pop(0), a.index(2), a.count(4), sorted(a, reverse=True))
a.sort(key=lambda x: (x % 2, x)); print(a)
a.reverse(); print(a, a * 2, [0] * 3 + a, 3 in a)
m = [[0] * 2 for _ in range(2)]; m[0][0] = 1; print(m)
""",
        """\
[3, 1, 2, 5] 4 9 2 0 [5, 3, 2, 1]
[2, 1, 3, 5]
[5, 3, 1, 2] [5, 3, 1, 2, 5, 3, 1, 2] [0, 0, 0, 5, 3, 1, 2] True
[[1, 0], [0, 0]]
""",
    ),
    Honest(
        "dictionaries",
        """
d = {"b": 2, "a": 1}
d["c"] = 3; d.update(a=10, e=5); d |= {"f": 6}
print(d, d.get("z", 0), d.pop("b"), list(d.items()), d.setdefault("g", []), "a" in d)
print({v: k for k, v in d.items() if v}, dict(zip("xyz", range(3))), {**d, "a": 0}["a"])
print(list(reversed(d)), d.popitem(), len(d), dict.fromkeys("ab", 0))
""",
        """\
{'a': 10, 'c': 3, 'e': 5, 'f': 6, 'g': []} 0 2 [('a', 10), ('c', 3), ('e', 5), ('f', 6)] [] True
{10: 'a', 3: 'c', 5: 'e', 6: 'f'} {'x': 0, 'y': 1, 'z': 2} 0
['g', 'f', 'e', 'c', 'a'] ('g', []) 4 {'a': 0, 'b': 0}
""",
    ),
    Honest(
        "sets",
        """
a, b = {1, 2, 3}, {3, 4}
print(sorted(a | b), sorted(a & b), sorted(a - b), sorted(a ^ b), a <= {1, 2, 3, 4}, a.isdisjoint({9}))
c = frozenset([1, 2]); print(hash(c) == hash(frozenset([2, 1])), {c: "frozen"}[frozenset([2, 1])])
a.discard(9); a.add(7); print(sorted(a), len(set("mississippi")))
""",
        """\
[1, 2, 3, 4] [3] [1, 2] [1, 2, 4] True True
True frozen
[1, 2, 3, 7] 4
""",
    ),
    Honest(
        "comprehensions",
        """
print([x * y for x in range(4) for y in range(x) if (x + y) % 2])
print({x: x * x for x in range(5)}, sorted({x % 3 for x in range(10)}), sum(x for x in range(100) if x % 7 == 0))
print([[row[i] for row in ((1, 2, 3), (4, 5, 6))] for i in range(3)])
print([y := 1, y + 1, y ** 2], [last := n for n in range(3)], last)
""",
        """\
[0, 2, 0, 6]
{0: 0, 1: 1, 2: 4, 3: 9, 4: 16} [0, 1, 2] 735
[[1, 4], [2, 5], [3, 6]]
[1, 2, 1] [0, 1, 2] 2
""",
    ),
    Honest(
        "generators",
        """
def fib():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b
from itertools import islice
print(list(islice(fib(), 15)))
def talk():
    total = 0
    while True:
        got = yield total
        if got is None:
            return total
        total += got
g = talk(); next(g); print(g.send(3), g.send(4))
try:
    g.send(None)
except StopIteration as stop:
    print("returned", stop.value)
def outer():
    value = yield from (x for x in (1, 2))
    print("inner gave", value)
    yield 3
print(list(outer()))
""",
        """\
[0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377]
3 7
returned 7
inner gave None
[1, 2, 3]
""",
    ),
)
