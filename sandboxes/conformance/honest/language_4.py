"""Honest programs: the language itself, part 4."""

from sandboxes.conformance.honest.program import Honest

__all__ = ["PROGRAMS"]

PROGRAMS: tuple[Honest, ...] = (
    Honest(
        "recursion",
        """
def hanoi(n, a="A", b="B", c="C"):
    return [] if n == 0 else hanoi(n - 1, a, c, b) + [a + c] + hanoi(n - 1, b, a, c)
def ackermann(m, n):
    return n + 1 if m == 0 else ackermann(m - 1, 1) if n == 0 else ackermann(m - 1, ackermann(m, n - 1))
def permutations(items):
    return [[]] if not items else [[x] + rest for i, x in enumerate(items) for rest in permutations(items[:i] + items[i + 1:])]
print(len(hanoi(8)), " ".join(hanoi(3)), ackermann(2, 3), permutations([1, 2, 3]))
""",
        "255 AC AB CB AC BA BC AC 9 [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]]\n",
    ),
    Honest(
        "deep recursion",
        """
import sys
sys.setrecursionlimit(10**5)
def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)
print(depth(20000))
""",
        "20000\n",
    ),
    Honest(
        "recursion error",
        """
def forever(n):
    return forever(n + 1)
try:
    forever(0)
except RecursionError as error:
    print("RecursionError")
""",
        "RecursionError\n",
    ),
    Honest(
        "iterator protocol",
        """
class Countdown:
    def __init__(self, n): self.n = n
    def __iter__(self): return self
    def __next__(self):
        if self.n == 0: raise StopIteration
        self.n -= 1
        return self.n
class Squares:
    def __len__(self): return 4
    def __getitem__(self, i):
        if not 0 <= i < 4: raise IndexError
        return i * i
print(list(Countdown(4)), list(Squares()), 9 in Squares(), list(reversed(Squares())), max(Squares()))
print(list(iter(iter([1, 2, 0, 3]).__next__, 0)), list(zip("ab", Countdown(9))), next(iter([]), "none"))
""",
        """\
[3, 2, 1, 0] [0, 1, 4, 9] True [9, 4, 1, 0] 9
[1, 2] [('a', 8), ('b', 7)] none
""",
    ),
    Honest(
        "lambda sorting",
        """
words = ["delta", "Alpha", "charlie", "bravo", "Echo", "al"]
print(sorted(words), sorted(words, key=str.lower), sorted(words, key=len), sorted(words, key=lambda w: (-len(w), w)))
print(max(words, key=len), min(words, key=str.lower), list(map(str.upper, filter(lambda w: "a" in w, words))))
""",
        """\
['Alpha', 'Echo', 'al', 'bravo', 'charlie', 'delta'] ['al', 'Alpha', 'bravo', 'charlie', 'delta', 'Echo'] ['al', 'Echo', 'delta', 'Alpha', 'bravo', 'charlie'] ['charlie', 'Alpha', 'bravo', 'delta', 'Echo', 'al']
charlie al ['DELTA', 'ALPHA', 'CHARLIE', 'BRAVO', 'AL']
""",
    ),
    Honest(
        "bytes and bytearrays",
        r"""
b = bytes([72, 105]) + b"\x00\xff"
print(b, b.hex(), bytes.fromhex("48 69"), list(b), b[0], b.find(b"\xff"), b"a,b".split(b","))
a = bytearray(b"hello"); a[0] = 74; a.extend(b"!!"); del a[-1]
print(a, a.decode(), memoryview(a)[1:3].tobytes(), "héllo".encode(), "héllo".encode("latin-1"), b"\xe9".decode("latin-1"))
""",
        "b'Hi\\x00\\xff' 486900ff b'Hi' [72, 105, 0, 255] 72 3 [b'a', b'b']\nbytearray(b'Jello!') Jello! b'el' b'h\\xc3\\xa9llo' b'h\\xe9llo' é\n",
    ),
    Honest(
        "unicode",
        r"""
s = "naïve café 中文 🙂 e\u0301"
print(s, len(s), s.upper(), s.encode("utf-8").hex()[:20], ascii(s))
import unicodedata
print(unicodedata.normalize("NFC", "e\u0301") == "é", unicodedata.name("🙂"), "ß".casefold(), "İ".lower() == "i̇", "Ⅷ".isnumeric())
print([hex(ord(c)) for c in "a🙂"], chr(0x4E2D), "\N{GREEK SMALL LETTER PI}", "中文"[::-1])
""",
        "naïve café 中文 🙂 é 18 NAÏVE CAFÉ 中文 🙂 É 6e61c3af766520636166 'na\\xefve caf\\xe9 \\u4e2d\\u6587 \\U0001f642 e\\u0301'\nTrue SLIGHTLY SMILING FACE ss True True\n['0x61', '0x1f642'] 中 π 文中\n",
    ),
    Honest(
        "type hints",
        """
from typing import Generic, TypeVar, Optional, get_type_hints, NamedTuple, TypedDict, Protocol, runtime_checkable, Literal
T = TypeVar("T")
class Stack(Generic[T]):
    def __init__(self) -> None: self.items: list[T] = []
    def push(self, item: T) -> "Stack[T]": self.items.append(item); return self
class Pair(NamedTuple):
    left: int
    right: str = "r"
class Movie(TypedDict, total=False):
    name: str
@runtime_checkable
class Sized(Protocol):
    def __len__(self) -> int: ...
def f(x: int, y: Optional[str] = None) -> list[int]: return [x]
print(Stack[int]().push(1).items, Pair(3), Pair(3)._asdict(), Movie(name="x"), isinstance([], Sized), isinstance(3, Sized))
print(get_type_hints(f)["x"], Literal["a", "b"].__args__)
""",
        """\
[1] Pair(left=3, right='r') {'left': 3, 'right': 'r'} {'name': 'x'} True False
<class 'int'> ('a', 'b')
""",
    ),
    Honest(
        "abstract classes",
        """
from abc import ABC, abstractmethod
class Shape(ABC):
    @abstractmethod
    def area(self): ...
    def describe(self): return f"{type(self).__name__} of area {self.area()}"
class Square(Shape):
    def __init__(self, side): self.side = side
    def area(self): return self.side ** 2
try:
    Shape()
except TypeError:
    print("abstract")
print(Square(3).describe(), Shape.__abstractmethods__)
""",
        """\
abstract
Square of area 9 frozenset({'area'})
""",
    ),
    Honest(
        "dynamic code",
        r"""
code = compile("a + b * 2", "<formula>", "eval")
print(eval(code, {"a": 1, "b": 5}), eval("[x for x in range(3)]"))
space = {}
exec("def f(n):\n    return n * 2\nresult = f(21)", space)
print(space["result"], type("Made", (), {"x": 5})().x)
import ast
tree = ast.parse("1 + 2 * 3"); print(type(tree.body[0].value.op).__name__, ast.unparse(tree), ast.literal_eval("{'a': [1, 2.5, None]}"))
""",
        """\
11 [0, 1, 2]
42 5
Add 1 + 2 * 3 {'a': [1, 2.5, None]}
""",
    ),
    Honest(
        "introspection",
        """
import inspect
def sample(a, b=2, *c, d, **e):
    '''Doc.'''
    return a
print(inspect.signature(sample), inspect.getdoc(sample), [p.kind.name for p in inspect.signature(sample).parameters.values()])
print(callable(sample), sample.__defaults__, sample.__code__.co_varnames, type(sample).__name__, dir(3)[-1])
""",
        """\
(a, b=2, *c, d, **e) Doc. ['POSITIONAL_OR_KEYWORD', 'POSITIONAL_OR_KEYWORD', 'VAR_POSITIONAL', 'KEYWORD_ONLY', 'VAR_KEYWORD']
True (2,) ('a', 'b', 'd', 'c', 'e') function to_bytes
""",
    ),
    Honest(
        "source of a function",
        """
import inspect
def sample(x):
    # a comment
    return x + 1
class Kept:
    def method(self):
        return 1
print(inspect.getsource(sample), end="")
print(inspect.getsource(Kept.method), end="")
""",
        """\
def sample(x):
    # a comment
    return x + 1
    def method(self):
        return 1
""",
    ),
    Honest(
        "nested data",
        """
data = {"users": [{"name": "Ann", "tags": {"x", "y"}}, {"name": "Bob", "tags": set()}]}
print([u["name"] for u in data["users"] if u["tags"]], sorted(data["users"][0]["tags"]))
import copy
deep, flat = copy.deepcopy(data), copy.copy(data)
data["users"][1]["name"] = "Zed"
print(deep["users"][1]["name"], flat["users"][1]["name"], deep == data)
""",
        """\
['Ann'] ['x', 'y']
Bob Zed False
""",
    ),
    Honest(
        "weak references",
        """
import weakref, gc
class Node:
    pass
node = Node(); ref = weakref.ref(node, lambda _: print("gone"))
print(ref() is node)
del node; gc.collect()
print(ref())
table = weakref.WeakValueDictionary(); kept = Node(); table["a"] = kept; print(list(table)); del kept; gc.collect(); print(list(table))
""",
        """\
True
gone
None
['a']
[]
""",
    ),
    Honest(
        "finalizers",
        """
class Loud:
    def __init__(self, name): self.name = name
    def __del__(self): print("bye", self.name)
a = Loud("a"); del a
def f():
    b = Loud("b")
    print("in f")
f()
a = Loud("c"); a = None
print("end")
""",
        """\
bye a
in f
bye b
bye c
end
""",
    ),
    Honest(
        "assertions",
        """
def check(x):
    assert x > 0, f"bad {x}"
    return x
print(check(3))
try:
    check(-1)
except AssertionError as error:
    print("AssertionError", error)
""",
        """\
3
AssertionError bad -1
""",
    ),
)
