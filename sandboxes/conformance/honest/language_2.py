"""Honest programs: the language itself, part 2."""

from sandboxes.conformance.honest.program import Honest

__all__ = ["PROGRAMS"]

PROGRAMS: tuple[Honest, ...] = (
    Honest(
        "generator cleanup",
        """
def guarded():
    try:
        yield 1
        yield 2
    except ValueError as error:
        print("caught", error)
        yield 99
    finally:
        print("closed")
g = guarded(); print(next(g), g.throw(ValueError("boom"))); g.close()
h = guarded(); next(h); h.close()
""",
        """\
caught boom
1 99
closed
closed
""",
    ),
    Honest(
        "closures",
        """
def counter():
    count = 0
    def step(by=1):
        nonlocal count
        count += by
        return count
    return step
a, b = counter(), counter()
print(a(), a(5), b(), a())
print([f() for f in [lambda i=i: i for i in range(3)]], [f() for f in [lambda: i for i in range(3)]])
""",
        """\
1 6 1 7
[0, 1, 2] [2, 2, 2]
""",
    ),
    Honest(
        "decorators",
        """
import functools
def twice(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(function(*args, **kwargs))
    return wrapper
def tagged(tag):
    return lambda function: (lambda *a: f"<{tag}>{function(*a)}</{tag}>")
@twice
def plus(x):
    '''Add one.'''
    return x + 1
@tagged("b")
@tagged("i")
def text(x):
    return x
print(plus(1), plus.__name__, plus.__doc__, text("hi"))
""",
        "3 plus Add one. <b><i>hi</i></b>\n",
    ),
    Honest(
        "arguments of functions",
        """
def f(a, /, b, *args, c=3, d, **rest):
    return a, b, args, c, d, sorted(rest.items())
print(f(1, 2, d=4), f(1, 2, 3, 4, c=5, d=6, e=7, z=8), f(*[1, 2], **{"d": 0}))
def keep(x, seen=[]):
    seen.append(x)
    return seen
print(keep(1), keep(2))
try:
    f(1)
except TypeError as error:
    print(type(error).__name__)
""",
        """\
(1, 2, (), 3, 4, []) (1, 2, (3, 4), 5, 6, [('e', 7), ('z', 8)]) (1, 2, (), 3, 0, [])
[1, 2] [1, 2]
TypeError
""",
    ),
    Honest(
        "unpacking",
        """
a, *b, c = range(6); print(a, b, c)
(x, y), [z, *_] = (1, 2), "hello"; print(x, y, z)
first, second = second, first = 1, 2; print(first, second)
print([*range(3), *"ab"], {**{"a": 1}, "b": 2}, (*[], 1))
for i, (k, v) in enumerate({"p": 1, "q": 2}.items(), start=10):
    print(i, k, v)
""",
        """\
0 [1, 2, 3, 4] 5
1 2 h
2 1
[0, 1, 2, 'a', 'b'] {'a': 1, 'b': 2} (1,)
10 p 1
11 q 2
""",
    ),
    Honest(
        "classes and inheritance",
        """
class Animal:
    kinds = 0
    def __init__(self, name):
        self.name = name
        Animal.kinds += 1
    def speak(self):
        return f"{self.name} makes {self.sound()}"
    def sound(self):
        return "nothing"
class Dog(Animal):
    def sound(self):
        return "woof"
class Puppy(Dog):
    def sound(self):
        return super().sound() + "!"
print([one("x").speak() for one in (Animal, Dog, Puppy)], Animal.kinds, Puppy.__mro__[1].__name__)
print(isinstance(Puppy("y"), Animal), issubclass(Dog, Puppy))
""",
        """\
['x makes nothing', 'x makes woof', 'x makes woof!'] 3 Dog
True False
""",
    ),
    Honest(
        "operators of classes",
        """
class V:
    def __init__(self, x, y): self.x, self.y = x, y
    def __add__(self, o): return V(self.x + o.x, self.y + o.y)
    def __mul__(self, k): return V(self.x * k, self.y * k)
    __rmul__ = __mul__
    def __matmul__(self, o): return self.x * o.x + self.y * o.y
    def __neg__(self): return V(-self.x, -self.y)
    def __eq__(self, o): return (self.x, self.y) == (o.x, o.y)
    def __repr__(self): return f"V({self.x}, {self.y})"
    def __bool__(self): return bool(self.x or self.y)
    def __getitem__(self, i): return (self.x, self.y)[i]
    def __call__(self, z): return z + self.x
    def __contains__(self, v): return v in (self.x, self.y)
a = V(1, 2)
print(a + V(3, 4), 3 * a, a * 2, a @ a, -a, a == V(1, 2), bool(V(0, 0)), a[1], list(a), a(10), 2 in a)
""",
        "V(4, 6) V(3, 6) V(2, 4) 5 V(-1, -2) True False 2 [1, 2] 11 True\n",
    ),
    Honest(
        "properties and descriptors",
        """
class Celsius:
    def __init__(self, degrees): self._degrees = degrees
    @property
    def fahrenheit(self): return self._degrees * 9 / 5 + 32
    @fahrenheit.setter
    def fahrenheit(self, value): self._degrees = (value - 32) * 5 / 9
class Positive:
    def __set_name__(self, owner, name): self.name = "_" + name
    def __get__(self, one, owner): return getattr(one, self.name)
    def __set__(self, one, value):
        if value <= 0: raise ValueError(f"{self.name[1:]} must be positive")
        setattr(one, self.name, value)
class Box:
    width = Positive()
t = Celsius(100); print(t.fahrenheit); t.fahrenheit = 32; print(t._degrees)
b = Box(); b.width = 3; print(b.width)
try:
    b.width = -1
except ValueError as error:
    print(error)
""",
        """\
212.0
0.0
3
width must be positive
""",
    ),
    Honest(
        "class methods and static methods",
        """
class Date:
    def __init__(self, y, m): self.y, self.m = y, m
    @classmethod
    def parse(cls, text): return cls(*map(int, text.split("-")))
    @staticmethod
    def leap(y): return y % 4 == 0 and (y % 100 != 0 or y % 400 == 0)
    def __str__(self): return f"{self.y:04}-{self.m:02}"
print(Date.parse("2024-7"), Date.leap(1900), Date.leap(2000), Date(5, 6).leap(2023))
""",
        "2024-07 False True False\n",
    ),
    Honest(
        "slots",
        """
class Point:
    __slots__ = ("x", "y")
    def __init__(self, x, y): self.x, self.y = x, y
p = Point(1, 2)
try:
    p.z = 3
except AttributeError:
    print("no z")
print(p.x + p.y, hasattr(p, "__dict__"))
""",
        """\
no z
3 False
""",
    ),
    Honest(
        "metaclasses",
        """
class Registry(type):
    known = []
    def __new__(mcs, name, bases, space, **options):
        made = super().__new__(mcs, name, bases, space)
        if bases:
            mcs.known.append((name, options.get("tag")))
        return made
    def __init__(cls, *args, **options):
        super().__init__(*args)
class Base(metaclass=Registry): pass
class A(Base, tag="first"): pass
class B(A, tag="second"): pass
print(Registry.known, type(A).__name__)
class Hook:
    children = []
    def __init_subclass__(cls, **k):
        super().__init_subclass__(**k)
        Hook.children.append(cls.__name__)
class C1(Hook): pass
class C2(Hook): pass
print(Hook.children)
""",
        """\
[('A', 'first'), ('B', 'second')] Registry
['C1', 'C2']
""",
    ),
)
