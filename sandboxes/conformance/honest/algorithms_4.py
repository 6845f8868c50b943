"""Honest programs: classic algorithms, part 4."""

from sandboxes.conformance.honest.program import Honest

__all__ = ["PROGRAMS"]

PROGRAMS: tuple[Honest, ...] = (
    Honest(
        "virtual machine",
        """
program = [("push", 10), ("store", "n"), ("push", 1), ("store", "f"), ("load", "n"), ("jz", 15), ("load", "f"), ("load", "n"), ("mul",), ("store", "f"), ("load", "n"), ("push", 1), ("sub",), ("store", "n"), ("jmp", 4), ("load", "f"), ("print",)]
stack, names, at = [], {}, 0
while at < len(program):
    op, *a = program[at]; at += 1
    match op:
        case "push": stack.append(a[0])
        case "store": names[a[0]] = stack.pop()
        case "load": stack.append(names[a[0]])
        case "mul": stack.append(stack.pop() * stack.pop())
        case "sub": b = stack.pop(); stack.append(stack.pop() - b)
        case "jz": at = a[0] if stack.pop() == 0 else at
        case "jmp": at = a[0]
        case "print": print(stack.pop())
""",
        "3628800\n",
    ),
    Honest(
        "Lisp interpreter",
        """
import operator as op
def parse(s):
    t = s.replace("(", " ( ").replace(")", " ) ").split()
    def read():
        x = t.pop(0)
        if x == "(":
            out = []
            while t[0] != ")": out.append(read())
            t.pop(0); return out
        return int(x) if x.lstrip("-").isdigit() else x
    return read()
env = {"+": op.add, "*": op.mul, "-": op.sub, "<": op.lt}
def ev(x, e):
    if isinstance(x, str): return e[x]
    if isinstance(x, int): return x
    if x[0] == "if": return ev(x[2] if ev(x[1], e) else x[3], e)
    if x[0] == "def": e[x[1]] = ev(x[2], e); return None
    if x[0] == "fn": return lambda *a: ev(x[2], {**e, **env, **dict(zip(x[1], a))})
    f, *a = [ev(y, e) for y in x]; return f(*a)
ev(parse("(def fact (fn (n) (if (< n 2) 1 (* n (fact (- n 1))))))"), env); print(ev(parse("(fact 20)"), env), ev(parse("((fn (x y) (+ x (* 2 y))) 3 4)"), env))
""",
        "2432902008176640000 11\n",
    ),
    Honest(
        "bank accounts",
        """
class InsufficientFunds(Exception): pass
class Account:
    def __init__(self, owner, balance=0): self.owner, self.balance, self.log = owner, balance, []
    def deposit(self, n): self.balance += n; self.log.append(("in", n)); return self
    def withdraw(self, n):
        if n > self.balance: raise InsufficientFunds(f"{self.owner} lacks {n - self.balance}")
        self.balance -= n; self.log.append(("out", n)); return self
a = Account("ann", 50).deposit(25).withdraw(70); print(a.balance, a.log)
try:
    a.withdraw(100)
except InsufficientFunds as error:
    print(error)
""",
        """\
5 [('in', 25), ('out', 70)]
ann lacks 95
""",
    ),
    Honest(
        "word frequencies",
        """
import re, sys
from collections import Counter
words = Counter(re.findall(r"[a-z]+", sys.stdin.read().lower()))
for word, n in sorted(words.items(), key=lambda p: (-p[1], p[0])): print(f"{word:>6} {n} {'#' * n}")
""",
        """\
   the 4 ####
   and 2 ##
  bird 1 #
   cat 1 #
   dog 1 #
   end 1 #
""",
        stdin="the cat and the dog\nand the bird, The END\n",
    ),
    Honest(
        "anagrams",
        """
words = "listen silent enlist google elgoog abc cab bca xyz".split()
groups = {}
for w in words: groups.setdefault("".join(sorted(w)), []).append(w)
print(sorted(g for g in groups.values() if len(g) > 1))
""",
        "[['abc', 'cab', 'bca'], ['google', 'elgoog'], ['listen', 'silent', 'enlist']]\n",
    ),
    Honest(
        "palindromes",
        """
def longest(s):
    best = ""
    for i in range(len(s)):
        for a, b in ((i, i), (i, i + 1)):
            while a >= 0 and b < len(s) and s[a] == s[b]: a -= 1; b += 1
            best = max(best, s[a + 1 : b], key=len)
    return best
print(longest("forgeeksskeegfor"), longest("abacdfgdcaba"), [n for n in range(100, 1000) if str(n * n) == str(n * n)[::-1]])
""",
        "geeksskeeg aba [101, 111, 121, 202, 212, 264, 307, 836]\n",
    ),
    Honest(
        "balanced brackets",
        """
def balanced(s):
    stack = []
    for c in s:
        if c in "([{": stack.append(c)
        elif c in ")]}" and (not stack or "([{".index(stack.pop()) != ")]}".index(c)): return False
    return not stack
print([balanced(s) for s in ("([]{})", "([)]", "((", "", "}{")])
""",
        "[True, False, False, True, False]\n",
    ),
    Honest(
        "spiral and diagonal order",
        """
m = [[r * 5 + c for c in range(5)] for r in range(4)]
def spiral(m): return list(m[0]) + spiral([list(r) for r in zip(*m[1:])][::-1]) if m else []
print(spiral(m), [m[r][s - r] for s in range(8) for r in range(4) if 0 <= s - r < 5])
""",
        "[0, 1, 2, 3, 4, 9, 14, 19, 18, 17, 16, 15, 10, 5, 6, 7, 8, 13, 12, 11] [0, 1, 5, 2, 6, 10, 3, 7, 11, 15, 4, 8, 12, 16, 9, 13, 17, 14, 18, 19]\n",
    ),
    Honest(
        "magic square",
        """
n = 5; square = [[0] * n for _ in range(n)]; r, c = 0, n // 2
for k in range(1, n * n + 1):
    square[r][c] = k; a, b = (r - 1) % n, (c + 1) % n
    r, c = ((r + 1) % n, c) if square[a][b] else (a, b)
for row in square: print(*(f"{v:2}" for v in row))
print({sum(row) for row in square} | {sum(col) for col in zip(*square)})
""",
        """\
17 24  1  8 15
23  5  7 14 16
 4  6 13 20 22
10 12 19 21  3
11 18 25  2  9
{65}
""",
    ),
    Honest(
        "subsets and gray code",
        'items = "abcd"; print(["".join(c for i, c in enumerate(items) if mask >> i & 1) for mask in range(16)], [f"{i ^ i >> 1:03b}" for i in range(8)])\n',
        "['', 'a', 'b', 'ab', 'c', 'ac', 'bc', 'abc', 'd', 'ad', 'bd', 'abd', 'cd', 'acd', 'bcd', 'abcd'] ['000', '001', '011', '010', '110', '111', '101', '100']\n",
    ),
    Honest(
        "travelling salesman",
        """
from functools import cache
d = [[0, 10, 15, 20, 9], [10, 0, 35, 25, 12], [15, 35, 0, 30, 7], [20, 25, 30, 0, 18], [9, 12, 7, 18, 0]]
@cache
def best(at, left): return d[at][0] if not left else min(d[at][k] + best(k, left & ~(1 << k)) for k in range(5) if left >> k & 1)
print(best(0, 0b11110))
""",
        "75\n",
    ),
    Honest(
        "stable marriage",
        """
men = {"a": "xyz", "b": "yxz", "c": "xzy"}; women = {"x": "bac", "y": "abc", "z": "acb"}
free, at, pairs = list(men), dict.fromkeys(men, 0), {}
while free:
    m = free.pop(0); w = men[m][at[m]]; at[m] += 1
    if w not in pairs: pairs[w] = m
    elif women[w].index(m) < women[w].index(pairs[w]): free.append(pairs[w]); pairs[w] = m
    else: free.append(m)
print(sorted(pairs.items()))
""",
        "[('x', 'a'), ('y', 'b'), ('z', 'c')]\n",
    ),
    Honest(
        "Josephus",
        """
def last(n, k):
    r = 0
    for i in range(2, n + 1): r = (r + k) % i
    return r + 1
print(last(41, 3), [last(n, 2) for n in range(1, 17)])
""",
        "31 [1, 1, 3, 1, 3, 5, 7, 1, 3, 5, 7, 9, 11, 13, 15, 1]\n",
    ),
    Honest(
        "look and say",
        """
from itertools import groupby
s = "1"
for _ in range(10): print(s); s = "".join(f"{len(list(g))}{c}" for c, g in groupby(s))
""",
        """\
1
11
21
1211
111221
312211
13112221
1113213211
31131211131221
13211311123113112211
""",
    ),
    Honest(
        "Collatz",
        """
def steps(n):
    k = 0
    while n != 1: n = n // 2 if n % 2 == 0 else 3 * n + 1; k += 1
    return k
print(max(range(1, 3000), key=steps), [steps(n) for n in range(1, 20)])
""",
        "2919 [0, 1, 7, 2, 5, 8, 16, 3, 19, 6, 14, 9, 9, 17, 17, 4, 12, 20, 20]\n",
    ),
    Honest(
        "happy numbers and digits",
        """
def happy(n):
    seen = set()
    while n not in seen: seen.add(n); n = sum(int(c) ** 2 for c in str(n))
    return n == 1
print([n for n in range(1, 100) if happy(n)], [n for n in range(1, 10000) if n == sum(int(c) ** len(str(n)) for c in str(n))])
""",
        "[1, 7, 10, 13, 19, 23, 28, 31, 32, 44, 49, 68, 70, 79, 82, 86, 91, 94, 97] [1, 2, 3, 4, 5, 6, 7, 8, 9, 153, 370, 371, 407, 1634, 8208, 9474]\n",
    ),
    Honest(
        "linear congruential generator",
        """
def lcg(seed):
    while True:
        seed = (1103515245 * seed + 12345) % 2**31
        yield seed
g = lcg(42); print([next(g) for _ in range(5)])
mt = [next(g) % 6 + 1 for _ in range(600)]; print([mt.count(i) for i in range(1, 7)])
""",
        """\
[1250496027, 1116302264, 1000676753, 1668674806, 908095735]
[95, 102, 105, 101, 100, 97]
""",
    ),
    Honest(
        "Monte Carlo pi",
        """
import random
r = random.Random(1); inside = sum(r.random() ** 2 + r.random() ** 2 < 1 for _ in range(20000)); print(4 * inside / 20000)
""",
        "3.1382\n",
    ),
    Honest(
        "k-means",
        """
points = [(1, 1), (1.5, 2), (3, 4), (5, 7), (3.5, 5), (4.5, 5), (3.5, 4.5)]; centres = [(1, 1), (5, 7)]
for _ in range(5):
    groups = [[], []]
    for p in points: groups[min((0, 1), key=lambda i: sum((a - b) ** 2 for a, b in zip(p, centres[i])))].append(p)
    centres = [tuple(sum(v) / len(g) for v in zip(*g)) for g in groups]
print([[round(v, 4) for v in c] for c in centres], [len(g) for g in groups])
""",
        "[[1.25, 1.5], [3.9, 5.1]] [2, 5]\n",
    ),
    Honest(
        "linear regression",
        """
xs, ys = [1, 2, 3, 4, 5], [2.1, 3.9, 6.2, 7.8, 10.1]
mx, my = sum(xs) / 5, sum(ys) / 5
slope = sum((x - mx) * (y - my) for x, y in zip(xs, ys)) / sum((x - mx) ** 2 for x in xs); print(round(slope, 6), round(my - slope * mx, 6))
""",
        "1.99 0.05\n",
    ),
    Honest(
        "tic-tac-toe by minimax",
        """
from functools import cache
lines = [(0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6)]
@cache
def value(b, p):
    for a, c, d in lines:
        if b[a] != "." and b[a] == b[c] == b[d]: return 1 if b[a] == "X" else -1
    if "." not in b: return 0
    return (max if p == "X" else min)(value(b[:i] + p + b[i + 1 :], "O" if p == "X" else "X") for i in range(9) if b[i] == ".")
print(value("." * 9, "X"), value("XX.OO....", "X"), value("X...O...X", "O"), value.cache_info().currsize)
""",
        "0 1 0 5478\n",
    ),
)
