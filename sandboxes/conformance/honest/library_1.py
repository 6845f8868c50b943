"""Honest programs: the standard library, part 1."""

from sandboxes.conformance.honest.program import Honest

__all__ = ["PROGRAMS"]

PROGRAMS: tuple[Honest, ...] = (
    Honest(
        "collections.Counter",
        """
from collections import Counter
c = Counter("mississippi"); c.update("miss"); d = Counter(a=3, b=1)
print(c.most_common(2), c["z"], sorted(c.elements())[:3], c.total(), d + Counter(a=1), d - Counter(a=5, b=0), d & Counter(a=2))
""",
        "[('s', 6), ('i', 5)] 0 ['i', 'i', 'i'] 15 Counter({'a': 4, 'b': 1}) Counter({'b': 1}) Counter({'a': 2})\n",
    ),
    Honest(
        "collections.defaultdict",
        """
from collections import defaultdict
groups = defaultdict(list)
for word in "one two three four five six".split():
    groups[len(word)].append(word)
tree = lambda: defaultdict(tree)
t = tree(); t["a"]["b"]["c"] = 1
print(dict(groups), t["a"]["b"]["c"], len(t["x"]), sorted(t))
""",
        "{3: ['one', 'two', 'six'], 5: ['three'], 4: ['four', 'five']} 1 0 ['a', 'x']\n",
    ),
    Honest(
        "collections.deque",
        """
from collections import deque
d = deque(range(5), maxlen=5)
d.append(5); d.appendleft(-1); d.rotate(2); print(list(d), d.popleft(), d.pop(), d.index(1), d.maxlen)
""",
        "[3, 4, -1, 1, 2] 3 2 2 5\n",
    ),
    Honest(
        "collections.OrderedDict",
        """
from collections import OrderedDict
class LRU(OrderedDict):
    def __init__(self, size): super().__init__(); self.size = size
    def use(self, key, value):
        self[key] = value; self.move_to_end(key)
        if len(self) > self.size: print("evict", self.popitem(last=False))
cache = LRU(2)
for key in "abacad": cache.use(key, key.upper())
print(list(cache))
""",
        """\
evict ('b', 'B')
evict ('c', 'C')
['a', 'd']
""",
    ),
    Honest(
        "collections.namedtuple and ChainMap",
        """
from collections import ChainMap, namedtuple
P = namedtuple("P", "x y z", defaults=[0])
p = P(1, 2); print(p, p._replace(x=9), P._fields, p + (1,), P(*"abc"))
m = ChainMap({"a": 1}, {"a": 2, "b": 3}); m["c"] = 4; print(m["a"], m["b"], m.maps[0], sorted(m))
""",
        """\
P(x=1, y=2, z=0) P(x=9, y=2, z=0) ('x', 'y', 'z') (1, 2, 0, 1) P(x='a', y='b', z='c')
1 3 {'a': 1, 'c': 4} ['a', 'b', 'c']
""",
    ),
    Honest(
        "heapq",
        """
import heapq
h = [5, 1, 8, 3]; heapq.heapify(h); heapq.heappush(h, 2)
print([heapq.heappop(h) for _ in range(5)], heapq.nlargest(2, [4, 9, 7]), heapq.nsmallest(2, ["bb", "a"], key=len), list(heapq.merge([1, 4], [2, 3])), heapq.heappushpop([3, 4], 1))
""",
        "[1, 2, 3, 5, 8] [9, 7] ['a', 'bb'] [1, 2, 3, 4] 1\n",
    ),
    Honest(
        "bisect",
        """
import bisect
a = [1, 3, 3, 5]
print(bisect.bisect_left(a, 3), bisect.bisect_right(a, 3), bisect.bisect(a, 9)); bisect.insort(a, 4); print(a)
grade = lambda s: "FDCBA"[bisect.bisect([60, 70, 80, 90], s)]
print([grade(s) for s in (33, 60, 79, 90, 100)], bisect.bisect_left([(1, "b"), (2, "a")], 2, key=lambda p: p[0]))
""",
        """\
1 3 4
[1, 3, 3, 4, 5]
['F', 'D', 'C', 'A', 'A'] 1
""",
    ),
    Honest(
        "itertools",
        """
import itertools as it
print(list(it.chain("ab", [1])), list(it.accumulate([1, 2, 3, 4])), list(it.accumulate([3, 1, 4], max)), list(it.compress("abcd", [1, 0, 1, 0])))
print(["".join(p) for p in it.permutations("abc", 2)], list(it.combinations(range(4), 2)), len(list(it.product("ab", repeat=3))))
print([(k, len(list(g))) for k, g in it.groupby("aaabbc")], list(it.takewhile(lambda x: x < 3, range(9))), list(it.dropwhile(lambda x: x < 3, range(5))))
print(list(it.zip_longest("abc", "x", fillvalue="-")), list(it.islice(it.cycle("ab"), 5)), list(it.starmap(pow, [(2, 3), (3, 2)])), list(it.pairwise("abcd")), list(it.islice(it.count(10, 5), 3)))
""",
        """\
['a', 'b', 1] [1, 3, 6, 10] [3, 3, 4] ['a', 'c']
['ab', 'ac', 'ba', 'bc', 'ca', 'cb'] [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)] 8
[('a', 3), ('b', 2), ('c', 1)] [0, 1, 2] [3, 4]
[('a', 'x'), ('b', '-'), ('c', '-')] ['a', 'b', 'a', 'b', 'a'] [8, 9] [('a', 'b'), ('b', 'c'), ('c', 'd')] [10, 15, 20]
""",
    ),
    Honest(
        "functools",
        """
import functools
@functools.lru_cache(maxsize=None)
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(90), fib.cache_info().hits, functools.reduce(lambda a, b: a * b, range(1, 11)), functools.partial(int, base=2)("1011"))
@functools.total_ordering
class V:
    def __init__(self, v): self.v = v
    def __eq__(self, o): return self.v == o.v
    def __lt__(self, o): return self.v < o.v
print(V(2) >= V(1), sorted([3, 1, 2], key=functools.cmp_to_key(lambda a, b: b - a)))
""",
        """\
2880067194370816120 88 3628800 11
True [3, 2, 1]
""",
    ),
    Honest(
        "functools.singledispatch",
        """
import functools
@functools.singledispatch
def show(x): return "object"
@show.register
def _(x: int): return f"int {x}"
@show.register(list)
def _(x): return f"list of {len(x)}"
class C:
    @functools.cached_property
    def slow(self): print("computing"); return 42
c = C(); print(show(1), show([1, 2]), show(2.5), show(True), c.slow, c.slow)
""",
        """\
computing
int 1 list of 2 object int True 42 42
""",
    ),
    Honest(
        "dataclasses",
        """
from dataclasses import dataclass, field, asdict, replace, fields, astuple
@dataclass(order=True)
class Item:
    price: float
    name: str = field(compare=False)
    tags: list = field(default_factory=list, repr=False)
    def __post_init__(self): self.name = self.name.title()
@dataclass(frozen=True, slots=True, kw_only=True)
class Key: a: int; b: str = "x"
i = Item(2.5, "apple"); j = Item(1.0, "pear", ["p"])
print(i, sorted([i, j])[0].name, asdict(j), replace(i, price=3), [f.name for f in fields(Item)], Key(a=1), {Key(a=1): 2}[Key(a=1)], astuple(Key(a=3)))
try:
    Key(a=1).a = 2
except Exception as error:
    print(type(error).__name__)
""",
        """\
Item(price=2.5, name='Apple') Pear {'price': 1.0, 'name': 'Pear', 'tags': ['p']} Item(price=3, name='Apple') ['price', 'name', 'tags'] Key(a=1, b='x') 2 (3, 'x')
FrozenInstanceError
""",
    ),
    Honest(
        "enum",
        """
from enum import Enum, Flag, IntEnum, StrEnum, auto
class Color(Enum):
    RED = 1; GREEN = 2; CRIMSON = 1
    def darker(self): return f"dark {self.name.lower()}"
class Level(IntEnum): LOW = 1; HIGH = 10
class Perm(Flag): R = auto(); W = auto(); X = auto()
class Kind(StrEnum): A = auto(); B = "bee"
print(list(Color), Color(2), Color["RED"] is Color.CRIMSON, Color.GREEN.darker(), Level.HIGH > 5, max(Level).name)
print(Perm.R | Perm.W, Perm.R in (Perm.R | Perm.X), Kind.A == "a", Kind.B.upper(), len(Color), repr(Color.RED))
try:
    Color(9)
except ValueError as error:
    print(error)
""",
        """\
[<Color.RED: 1>, <Color.GREEN: 2>] Color.GREEN True dark green True HIGH
Perm.R|W True True BEE 2 <Color.RED: 1>
9 is not a valid Color
""",
    ),
    Honest(
        "decimal",
        """
from decimal import Decimal, getcontext, ROUND_HALF_UP, localcontext, InvalidOperation
print(Decimal("0.1") + Decimal("0.2"), Decimal(1) / Decimal(7), Decimal("2.675").quantize(Decimal("0.01"), ROUND_HALF_UP), Decimal("1E+3"))
with localcontext() as ctx:
    ctx.prec = 50
    print(Decimal(2).sqrt())
print(Decimal("1.10") == Decimal("1.1"), str(Decimal("1.10")), Decimal("-0"), Decimal("NaN").is_nan(), Decimal("123.45").as_tuple().digits)
try:
    Decimal("x")
except InvalidOperation:
    print("invalid")
""",
        """\
0.3 0.1428571428571428571428571429 2.68 1E+3
1.4142135623730950488016887242096980785696718753769
True 1.10 -0 True (1, 2, 3, 4, 5)
invalid
""",
    ),
    Honest(
        "fractions",
        """
from fractions import Fraction
f = Fraction(3, 4) + Fraction("1/6")
print(f, f.numerator, Fraction(0.125), Fraction("3.14"), Fraction(22, 7) > Fraction(333, 106), f ** 2, float(f), Fraction(3.141592653589793).limit_denominator(1000), sum(Fraction(1, n) for n in range(1, 11)))
""",
        "11/12 11 1/8 157/50 True 121/144 0.9166666666666666 355/113 7381/2520\n",
    ),
    Honest(
        "math",
        """
import math
print(math.gcd(84, 36), math.lcm(4, 6, 10), math.factorial(20), math.comb(50, 6), math.perm(5, 2), math.isqrt(10**20), math.prod([1, 2, 3]))
print(round(math.sin(math.pi / 6), 10), math.hypot(3, 4), math.log2(1024), math.floor(-2.5), math.ceil(2.1), math.trunc(-2.7), math.dist((0, 0), (3, 4)), math.copysign(1, -0.0), math.isclose(0.1 + 0.2, 0.3), round(math.e, 10), math.degrees(math.pi), math.modf(2.5), math.frexp(8.0))
""",
        """\
12 60 2432902008176640000 15890700 20 10000000000 6
0.5 5.0 10.0 -3 3 -2 5.0 -1.0 True 2.7182818285 180.0 (0.5, 2.0) (0.5, 4)
""",
    ),
    Honest(
        "statistics",
        """
import statistics as s
data = [2, 4, 4, 4, 5, 5, 7, 9]
print(s.mean(data), s.median(data), s.mode(data), s.pstdev(data), s.pvariance(data), s.quantiles([1, 2, 3, 4, 5], n=4), s.multimode("aabbc"), s.harmonic_mean([40, 60]), s.median_low([1, 2, 3, 4]), s.fmean([1, 2]), round(s.correlation([1, 2, 3], [2, 4, 7]), 6))
""",
        "5 4.5 4 2.0 4 [1.5, 3.0, 4.5] ['a', 'b'] 48.0 2 1.5 0.993399\n",
    ),
    Honest(
        "random with a seed",
        """
import random
r = random.Random(42)
print(r.randint(1, 100), r.random(), r.choice("abcdef"), r.sample(range(20), 4), [r.randrange(10) for _ in range(5)], round(r.gauss(0, 1), 8), round(r.uniform(1, 2), 8))
deck = list(range(8)); r.shuffle(deck); print(deck, r.getrandbits(40), r.choices("xyz", weights=[1, 2, 3], k=5), r.randbytes(4).hex())
""",
        """\
82 0.11133106816568039 f [8, 7, 18, 4] [1, 8, 1, 9, 6] 0.43476033 1.23266089
[2, 5, 7, 3, 6, 1, 4, 0] 307473554860 ['z', 'x', 'z', 'z', 'y'] 3081cd27
""",
    ),
    Honest(
        "random state",
        """
import random
random.seed("text"); state = random.getstate(); a = [random.random() for _ in range(3)]
random.setstate(state); print(a == [random.random() for _ in range(3)], round(a[0], 12), random.Random(1).expovariate(2) > 0, round(random.Random(7).betavariate(2, 3), 10), random.Random(3).triangular(0, 10, 5) < 10)
""",
        "True 0.871156561355 True 0.2480202776 True\n",
    ),
    Honest(
        "datetime",
        """
from datetime import date, datetime, timedelta, timezone, time
d = date(2024, 2, 28)
print(d + timedelta(days=2), d.isoformat(), d.weekday(), d.strftime("%A %d %B %Y"), (date(2024, 12, 25) - d).days, date.fromisoformat("2024-03-01").timetuple().tm_yday, d.isocalendar().week)
t = datetime(2024, 1, 31, 13, 5, tzinfo=timezone.utc)
print(t.isoformat(), t.timestamp(), t.astimezone(timezone(timedelta(hours=-5))).strftime("%H:%M %z"), datetime.strptime("03/04/21 07:08", "%d/%m/%y %H:%M"), datetime.fromisoformat("2024-05-06T07:08:09+02:00").utcoffset(), str(timedelta(days=1, seconds=3661)), time(1, 2, 3).replace(hour=9), t.replace(day=1).date())
""",
        """\
2024-03-01 2024-02-28 2 Wednesday 28 February 2024 301 61 9
2024-01-31T13:05:00+00:00 1706706300.0 08:05 -0500 2021-04-03 07:08:00 2:00:00 1 day, 1:01:01 09:02:03 2024-01-01
""",
    ),
    Honest(
        "calendar",
        """
import calendar
print(calendar.isleap(2100), tuple(map(int, calendar.monthrange(2024, 2))), calendar.month_name[5], calendar.leapdays(2000, 2025))
print(calendar.TextCalendar().formatmonth(2024, 9))
print(calendar.timegm((2024, 1, 1, 0, 0, 0)), [d for d in calendar.Calendar().itermonthdays(2024, 2)][:6])
""",
        """\
False (3, 29) May 7
   September 2024
Mo Tu We Th Fr Sa Su
                   1
 2  3  4  5  6  7  8
 9 10 11 12 13 14 15
16 17 18 19 20 21 22
23 24 25 26 27 28 29
30

1704067200 [0, 0, 0, 1, 2, 3]
""",
    ),
)
