"""Honest programs: classic algorithms, part 3."""

from sandboxes.conformance.honest.program import Honest

__all__ = ["PROGRAMS"]

PROGRAMS: tuple[Honest, ...] = (
    Honest(
        "Fenwick tree",
        """
class Fenwick:
    def __init__(self, n): self.t = [0] * (n + 1)
    def add(self, i, x):
        i += 1
        while i < len(self.t): self.t[i] += x; i += i & -i
    def sum(self, i):
        s = 0
        while i: s += self.t[i]; i -= i & -i
        return s
f = Fenwick(10); [f.add(i, i * i) for i in range(10)]; print([f.sum(i) for i in range(11)], f.sum(7) - f.sum(3))
a = [3, 1, 4, 1, 5, 9, 2, 6]; g, inv = Fenwick(10), 0
for i, x in enumerate(a): inv += i - g.sum(x + 1); g.add(x, 1)
print("inversions", inv)
""",
        """\
[0, 0, 1, 5, 14, 30, 55, 91, 140, 204, 285] 86
inversions 8
""",
    ),
    Honest(
        "segment tree",
        """
n = 8; tree = [0] * 2 * n
def put(i, v):
    i += n; tree[i] = v
    while i > 1: i //= 2; tree[i] = max(tree[2 * i], tree[2 * i + 1])
def top(a, b):
    out, a, b = 0, a + n, b + n
    while a < b:
        if a & 1: out = max(out, tree[a]); a += 1
        if b & 1: b -= 1; out = max(out, tree[b])
        a //= 2; b //= 2
    return out
[put(i, v) for i, v in enumerate([5, 3, 8, 6, 2, 7, 4, 1])]; print(top(0, 8), top(3, 7), top(4, 5), top(2, 2))
""",
        "8 7 2 0\n",
    ),
    Honest(
        "convex hull",
        """
points = sorted({((x * 37) % 23, (x * 53) % 19) for x in range(25)})
def half(ps):
    out = []
    for p in ps:
        while len(out) > 1 and (out[-1][0] - out[-2][0]) * (p[1] - out[-2][1]) <= (out[-1][1] - out[-2][1]) * (p[0] - out[-2][0]): out.pop()
        out.append(p)
    return out[:-1]
hull = half(points) + half(points[::-1]); area = abs(sum(a[0] * b[1] - a[1] * b[0] for a, b in zip(hull, hull[1:] + hull[:1]))) / 2
print(hull, area)
""",
        "[(0, 0), (13, 0), (22, 4), (14, 18), (1, 18), (0, 3)] 314.5\n",
    ),
    Honest(
        "Gauss elimination",
        """
from fractions import Fraction as F
m = [[F(x) for x in r] for r in ([2, 1, -1, 8], [-3, -1, 2, -11], [-2, 1, 2, -3])]
for i in range(3):
    p = next(r for r in range(i, 3) if m[r][i]); m[i], m[p] = m[p], m[i]; m[i] = [x / m[i][i] for x in m[i]]
    for r in range(3):
        if r != i: m[r] = [a - m[r][i] * b for a, b in zip(m[r], m[i])]
print([str(r[3]) for r in m])
""",
        "['2', '3', '-1']\n",
    ),
    Honest(
        "determinant and transpose",
        """
def det(m): return m[0][0] if len(m) == 1 else sum((-1) ** j * m[0][j] * det([r[:j] + r[j + 1 :] for r in m[1:]]) for j in range(len(m)))
m = [[2, 0, 1], [1, 3, 2], [1, 1, 4]]; print(det(m), [list(r) for r in zip(*m)], [[sum(a * b for a, b in zip(r, c)) for c in zip(*m)] for r in m])
""",
        "18 [[2, 1, 1], [0, 3, 1], [1, 2, 4]] [[5, 1, 6], [7, 11, 15], [7, 7, 19]]\n",
    ),
    Honest(
        "Newton's method and bisection",
        """
def newton(f, d, x):
    for _ in range(50): x -= f(x) / d(x)
    return x
def bisect(f, a, b):
    for _ in range(80): m = (a + b) / 2; a, b = (m, b) if f(a) * f(m) > 0 else (a, m)
    return a
print(round(newton(lambda x: x**3 - 2, lambda x: 3 * x * x, 1.0), 10), round(bisect(lambda x: x * x - 2, 0, 2), 10))
""",
        "1.2599210499 1.4142135624\n",
    ),
    Honest(
        "numerical integration",
        """
import math
def simpson(f, a, b, n=1000):
    h = (b - a) / n
    return h / 3 * sum((1 if i in (0, n) else 4 if i % 2 else 2) * f(a + i * h) for i in range(n + 1))
print(round(simpson(math.sin, 0, math.pi), 8), round(simpson(lambda x: x**3, 0, 2), 8))
""",
        "2.0 4.0\n",
    ),
    Honest(
        "digits of pi",
        """
def digits(count):
    q, r, t, k, n, l, out = 1, 0, 1, 1, 3, 3, ""
    while len(out) < count:
        if 4 * q + r - t < n * t: out += str(n); q, r, n = 10 * q, 10 * (r - n * t), 10 * (3 * q + r) // t - 10 * n
        else: q, r, t, k, n, l = q * k, (2 * q + r) * l, t * l, k + 1, (q * (7 * k + 2) + r * l) // (t * l), l + 2
    return out
print(digits(60))
""",
        "314159265358979323846264338327950288419716939937510582097494\n",
    ),
    Honest(
        "game of life",
        """
cells = {(0, 1), (1, 2), (2, 0), (2, 1), (2, 2)}
def step(cells):
    from collections import Counter
    near = Counter((x + a, y + b) for x, y in cells for a in (-1, 0, 1) for b in (-1, 0, 1) if a or b)
    return {c for c, n in near.items() if n == 3 or n == 2 and c in cells}
for _ in range(8): cells = step(cells)
for x in range(6): print("".join("#" if (x, y) in cells else "." for y in range(6)))
""",
        """\
......
......
...#..
....#.
..###.
......
""",
    ),
    Honest(
        "cellular automaton",
        """
row = "0" * 20 + "1" + "0" * 20
for _ in range(8):
    print(row.replace("0", " ").replace("1", "#").rstrip()); row = "".join(str(90 >> int(("0" + row + "0")[i : i + 3], 2) & 1) for i in range(len(row)))
""",
        """\
                    #
                   # #
                  #   #
                 # # # #
                #       #
               # #     # #
              #   #   #   #
             # # # # # # # #
""",
    ),
    Honest(
        "Mandelbrot picture",
        """
for y in range(-6, 7):
    line = ""
    for x in range(-30, 12):
        c, z, n = complex(x / 15, y / 6), 0j, 0
        while abs(z) < 2 and n < 20: z = z * z + c; n += 1
        line += " .:-=+*#%@"[n // 2 - 1 if n > 1 else 0] if n < 20 else "@"
    print(line.rstrip())
""",
        """\
                    .......:%+@....
                 .......::*@@@@:.....
              ......:@@-++*@@@*@@-:-:.
          .......:::=+@@@@@@@@@@@@@%:..
    ......:=+===---=@@@@@@@@@@@@@@@@@-..
 .......:--*@@@@@@@@@@@@@@@@@@@@@@@@+:...
 @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@-:....
 .......:--*@@@@@@@@@@@@@@@@@@@@@@@@+:...
    ......:=+===---=@@@@@@@@@@@@@@@@@-..
          .......:::=+@@@@@@@@@@@@@%:..
              ......:@@-++*@@@*@@-:-:.
                 .......::*@@@@:.....
                    .......:%+@....
""",
    ),
    Honest(
        "Roman numerals",
        """
table = [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]
def to(n): return next((s + to(n - v) for v, s in table if v <= n), "")
def back(s): v = [dict(M=1000, D=500, C=100, L=50, X=10, V=5, I=1)[c] for c in s]; return sum(-a if a < b else a for a, b in zip(v, v[1:] + [0]))
print([to(n) for n in (1994, 2024, 49, 3888)], all(back(to(n)) == n for n in range(1, 2000)))
""",
        "['MCMXCIV', 'MMXXIV', 'XLIX', 'MMMDCCCLXXXVIII'] True\n",
    ),
    Honest(
        "number to words",
        r"""
ones = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
tens = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()
def say(n):
    if n < 20: return ones[n]
    if n < 100: return tens[n // 10] + ("-" + ones[n % 10] if n % 10 else "")
    if n < 1000: return ones[n // 100] + " hundred" + (" and " + say(n % 100) if n % 100 else "")
    return say(n // 1000) + " thousand" + (" " + say(n % 1000) if n % 1000 else "")
print(*map(say, (0, 13, 42, 100, 999, 12345, 700001)), sep="\n")
""",
        """\
zero
thirteen
forty-two
one hundred
nine hundred and ninety-nine
twelve thousand three hundred and forty-five
seven hundred thousand one
""",
    ),
    Honest(
        "Caesar and Vigenere",
        """
def caesar(s, k): return "".join(chr((ord(c) - 97 + k) % 26 + 97) if c.islower() else c for c in s)
def vigenere(s, key, sign=1): return "".join(caesar(c, sign * (ord(key[i % len(key)]) - 97)) for i, c in enumerate(s))
print(caesar("hello, world", 3), caesar(caesar("abc xyz", 11), -11), vigenere("attackatdawn", "lemon"), vigenere(vigenere("secret", "key"), "key", -1))
""",
        "khoor, zruog abc xyz lxfopvefrnhr secret\n",
    ),
    Honest(
        "RSA in small numbers",
        """
p, q, e = 61, 53, 17; n, d = p * q, pow(17, -1, 60 * 52)
print(n, d, pow(pow(65, e, n), d, n), [pow(ord(c), e, n) for c in "hi"])
""",
        "3233 2753 65 [2170, 3179]\n",
    ),
    Honest(
        "Huffman code",
        """
import heapq
from collections import Counter
def huffman(text):
    heap = [(n, i, c) for i, (c, n) in enumerate(sorted(Counter(text).items()))]; heapq.heapify(heap); number = len(heap)
    while len(heap) > 1: a, b = heapq.heappop(heap), heapq.heappop(heap); heapq.heappush(heap, (a[0] + b[0], number, (a, b))); number += 1
    out = {}
    def walk(n, code): (out.__setitem__(n[2], code or "0") if isinstance(n[2], str) else [walk(n[2][i], code + str(i)) for i in (0, 1)])
    walk(heap[0], ""); return out
c = huffman("abracadabra"); print(sorted(c.items()), len("".join(c[x] for x in "abracadabra")))
""",
        "[('a', '0'), ('b', '110'), ('c', '100'), ('d', '101'), ('r', '111')] 23\n",
    ),
    Honest(
        "run-length and LZ77",
        """
from itertools import groupby
def rle(s): return "".join(f"{len(list(g))}{c}" for c, g in groupby(s))
def lz(s):
    i, out = 0, []
    while i < len(s):
        n = next((n for n in range(min(9, len(s) - i), 2, -1) if s.find(s[i : i + n], 0, i) >= 0), 0)
        out.append((s.find(s[i : i + n], 0, i), n) if n else s[i]); i += n or 1
    return out
print(rle("aaabccdddd"), lz("abcabcabcxabcabc"))
""",
        "3a1b2c4d ['a', 'b', 'c', (0, 3), (0, 3), 'x', (0, 6)]\n",
    ),
    Honest(
        "calculator",
        r"""
import re
def evaluate(text):
    tokens = re.findall(r"\d+\.?\d*|[-+*/()^]", text)
    def expr():
        v = term()
        while tokens and tokens[0] in "+-": v = v + term() if tokens.pop(0) == "+" else v - term()
        return v
    def term():
        v = power()
        while tokens and tokens[0] in "*/": v = v * power() if tokens.pop(0) == "*" else v / power()
        return v
    def power():
        v = atom()
        if tokens and tokens[0] == "^": tokens.pop(0); v = v ** power()
        return v
    def atom():
        t = tokens.pop(0)
        if t == "(": v = expr(); tokens.pop(0); return v
        return -atom() if t == "-" else float(t)
    return expr()
print([evaluate(t) for t in ("1+2*3", "(1+2)*3", "2^3^2", "-4/2+10", "((2))*-3")])
""",
        "[7.0, 9.0, 512.0, 8.0, -6.0]\n",
    ),
    Honest(
        "brainfuck interpreter",
        """
def run(code):
    stack, jump = [], {}
    for i, c in enumerate(code):
        if c == "[": stack.append(i)
        elif c == "]": j = stack.pop(); jump[i], jump[j] = j, i
    tape, p, i, out = [0] * 100, 0, 0, ""
    while i < len(code):
        c = code[i]
        if c in "<>": p += 1 if c == ">" else -1
        elif c in "+-": tape[p] = (tape[p] + (1 if c == "+" else -1)) % 256
        elif c == ".": out += chr(tape[p])
        elif c == "[" and not tape[p] or c == "]" and tape[p]: i = jump[i]
        i += 1
    return out
print(run("++++++++[>++++[>++>+++>+++>+<<<<-]>+>+>->>+[<]<-]>>.>---.+++++++..+++.>>.<-.<.+++.------.--------.>>+."))
""",
        "Hello World!\n",
    ),
)
