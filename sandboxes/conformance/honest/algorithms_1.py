"""Honest programs: classic algorithms, part 1."""

from sandboxes.conformance.honest.program import Honest

__all__ = ["PROGRAMS"]

PROGRAMS: tuple[Honest, ...] = (
    Honest(
        "sieve of Eratosthenes",
        r"""
n = 200
sieve = bytearray([1]) * (n + 1)
sieve[:2] = b"\0\0"
for p in range(2, int(n ** 0.5) + 1):
    if sieve[p]:
        sieve[p * p :: p] = bytes(len(range(p * p, n + 1, p)))
print([i for i, prime in enumerate(sieve) if prime], sum(sieve))
""",
        "[2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167, 173, 179, 181, 191, 193, 197, 199] 46\n",
    ),
    Honest(
        "quicksort",
        """
def quick(a):
    return a if len(a) < 2 else quick([x for x in a[1:] if x < a[0]]) + [a[0]] + quick([x for x in a[1:] if x >= a[0]])
print(quick([3, 6, 1, 8, 2, 9, 2, -5, 0]))
""",
        "[-5, 0, 1, 2, 2, 3, 6, 8, 9]\n",
    ),
    Honest(
        "merge sort",
        """
def merge_sort(a):
    if len(a) < 2: return a
    left, right, out = merge_sort(a[: len(a) // 2]), merge_sort(a[len(a) // 2 :]), []
    while left and right: out.append((left if left[0] <= right[0] else right).pop(0))
    return out + left + right
print(merge_sort([(x * 7919) % 101 for x in range(30)]))
""",
        "[0, 3, 6, 9, 12, 15, 22, 25, 28, 31, 34, 37, 41, 44, 47, 50, 53, 56, 63, 66, 69, 72, 75, 78, 82, 85, 88, 91, 94, 97]\n",
    ),
    Honest(
        "heap sort",
        """
def heap_sort(a):
    def sift(i, n):
        while (c := 2 * i + 1) < n:
            if c + 1 < n and a[c + 1] > a[c]: c += 1
            if a[i] >= a[c]: return
            a[i], a[c] = a[c], a[i]; i = c
    for i in range(len(a) // 2, -1, -1): sift(i, len(a))
    for n in range(len(a) - 1, 0, -1): a[0], a[n] = a[n], a[0]; sift(0, n)
    return a
print(heap_sort([(x * 31 + 7) % 50 for x in range(25)]))
""",
        "[0, 1, 3, 5, 7, 8, 10, 12, 15, 17, 19, 20, 22, 24, 27, 29, 31, 34, 36, 38, 39, 41, 43, 46, 48]\n",
    ),
    Honest(
        "counting and radix sort",
        """
def radix(a):
    shift = 0
    while max(a) >> shift:
        buckets = [[] for _ in range(16)]
        for x in a: buckets[(x >> shift) & 15].append(x)
        a = [x for b in buckets for x in b]; shift += 4
    return a
print(radix([170, 45, 75, 90, 802, 24, 2, 66, 4096]))
""",
        "[2, 24, 45, 66, 75, 90, 170, 802, 4096]\n",
    ),
    Honest(
        "binary search",
        """
def search(a, x):
    low, high = 0, len(a)
    while low < high:
        middle = (low + high) // 2
        if a[middle] < x: low = middle + 1
        else: high = middle
    return low if low < len(a) and a[low] == x else -1
a = list(range(0, 1000, 7)); print([search(a, x) for x in (0, 7, 8, 994, 995, -1)])
""",
        "[0, 1, -1, 142, -1, -1]\n",
    ),
    Honest(
        "integer square root",
        """
def root(n):
    x = n
    while x * x > n: x = (x + n // x) // 2
    return x
print([root(n) for n in (1, 2, 15, 16, 10**30)])
""",
        "[1, 1, 3, 4, 1000000000000000]\n",
    ),
    Honest(
        "greatest common divisor",
        """
def gcd(a, b): return a if b == 0 else gcd(b, a % b)
def extended(a, b):
    if b == 0: return a, 1, 0
    g, x, y = extended(b, a % b); return g, y, x - (a // b) * y
print(gcd(1071, 462), extended(240, 46), pow(3, -1, 11))
""",
        "21 (2, -9, 47) 4\n",
    ),
    Honest(
        "chinese remainders",
        """
def crt(pairs):
    x, m = 0, 1
    for r, n in pairs: x += m * ((r - x) * pow(m, -1, n) % n); m *= n
    return x % m, m
print(crt([(2, 3), (3, 5), (2, 7)]))
""",
        "(23, 105)\n",
    ),
    Honest(
        "fast power by matrices",
        """
def mul(a, b, m): return [[sum(x * y for x, y in zip(r, c)) % m for c in zip(*b)] for r in a]
def fib(n, m):
    out, base = [[1, 0], [0, 1]], [[1, 1], [1, 0]]
    while n:
        if n & 1: out = mul(out, base, m)
        base = mul(base, base, m); n >>= 1
    return out[0][1]
print(fib(10, 10**9), fib(10**18, 10**9 + 7))
""",
        "55 209783453\n",
    ),
    Honest(
        "Miller-Rabin",
        """
def prime(n):
    if n < 2: return False
    for p in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        if n % p == 0: return n == p
    d, s = n - 1, 0
    while d % 2 == 0: d //= 2; s += 1
    for a in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        x = pow(a, d, n)
        if x in (1, n - 1): continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1: break
        else: return False
    return True
print([n for n in range(10**12, 10**12 + 200) if prime(n)], prime(2**61 - 1), prime(561))
""",
        "[1000000000039, 1000000000061, 1000000000063, 1000000000091, 1000000000121, 1000000000163, 1000000000169, 1000000000177, 1000000000189, 1000000000193] True False\n",
    ),
    Honest(
        "prime factors",
        """
def factors(n):
    out, p = [], 2
    while p * p <= n:
        while n % p == 0: out.append(p); n //= p
        p += 1
    return out + [n] * (n > 1)
print({n: factors(n) for n in (360, 97, 1001, 2**20, 600851475143)})
""",
        "{360: [2, 2, 2, 3, 3, 5], 97: [97], 1001: [7, 11, 13], 1048576: [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2], 600851475143: [71, 839, 1471, 6857]}\n",
    ),
    Honest(
        "perfect numbers and divisors",
        """
def divisors(n): return sorted({d for i in range(1, int(n**0.5) + 1) if n % i == 0 for d in (i, n // i)})
print([n for n in range(2, 10000) if sum(divisors(n)) == 2 * n], divisors(360), len(divisors(10**6)))
""",
        "[6, 28, 496, 8128] [1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 18, 20, 24, 30, 36, 40, 45, 60, 72, 90, 120, 180, 360] 49\n",
    ),
    Honest(
        "Pascal's triangle",
        """
row = [1]
for _ in range(10):
    print(" ".join(map(str, row)).center(40).rstrip()); row = [1, *map(sum, zip(row, row[1:])), 1]
""",
        """\
                   1
                  1 1
                 1 2 1
                1 3 3 1
               1 4 6 4 1
             1 5 10 10 5 1
            1 6 15 20 15 6 1
          1 7 21 35 35 21 7 1
         1 8 28 56 70 56 28 8 1
      1 9 36 84 126 126 84 36 9 1
""",
    ),
    Honest(
        "Catalan and Bell numbers",
        """
from math import comb
catalan = [comb(2 * n, n) // (n + 1) for n in range(12)]
bell, row = [], [1]
for _ in range(10):
    bell.append(row[0]); new = [row[-1]]
    for x in row: new.append(new[-1] + x)
    row = new
print(catalan, bell)
""",
        "[1, 1, 2, 5, 14, 42, 132, 429, 1430, 4862, 16796, 58786] [1, 1, 2, 5, 15, 52, 203, 877, 4140, 21147]\n",
    ),
    Honest(
        "partitions",
        """
def partitions(n, most=None):
    if n == 0: yield []; return
    for k in range(min(n, most or n), 0, -1):
        for rest in partitions(n - k, k): yield [k, *rest]
print(list(partitions(5)), sum(1 for _ in partitions(20)))
""",
        "[[5], [4, 1], [3, 2], [3, 1, 1], [2, 2, 1], [2, 1, 1, 1], [1, 1, 1, 1, 1]] 627\n",
    ),
    Honest(
        "eight queens",
        """
def queens(n, row=0, columns=0, left=0, right=0):
    if row == n: return 1
    return sum(queens(n, row + 1, columns | b, (left | b) << 1, (right | b) >> 1) for b in (1 << i for i in range(n)) if not b & (columns | left | right))
print([queens(n) for n in range(1, 8)])
""",
        "[1, 0, 0, 2, 10, 4, 40]\n",
    ),
    Honest(
        "first solution of queens",
        """
def solve(n, placed=()):
    if len(placed) == n: return placed
    for c in range(n):
        if all(c != p and abs(c - p) != len(placed) - r for r, p in enumerate(placed)):
            if found := solve(n, (*placed, c)): return found
for c in solve(8): print("." * c + "Q" + "." * (7 - c))
""",
        """\
Q.......
....Q...
.......Q
.....Q..
..Q.....
......Q.
.Q......
...Q....
""",
    ),
    Honest(
        "knight's tour by Warnsdorff",
        """
n = 6; board = [[-1] * n for _ in range(n)]
moves = [(1, 2), (2, 1), (2, -1), (1, -2), (-1, -2), (-2, -1), (-2, 1), (-1, 2)]
def free(x, y): return [(x + a, y + b) for a, b in moves if 0 <= x + a < n and 0 <= y + b < n and board[x + a][y + b] < 0]
x = y = 0; board[0][0] = 0
for step in range(1, n * n):
    options = free(x, y)
    if not options: break
    x, y = min(options, key=lambda p: len(free(*p))); board[x][y] = step
for row in board: print(" ".join(f"{v:2}" for v in row))
""",
        """\
 0 19  8 35  2 21
 9 26  1 20 29 34
18  7 30 27 22  3
25 10 23 14 33 28
 6 17 12 31  4 15
11 24  5 16 13 32
""",
    ),
    Honest(
        "sudoku",
        """
grid = [int(c) for c in "530070000600195000098000060800060003400803001700020006060000280000419005000080079"]
def ok(i, v): r, c = divmod(i, 9); return all(grid[r * 9 + k] != v and grid[k * 9 + c] != v and grid[(r // 3 * 3 + k // 3) * 9 + c // 3 * 3 + k % 3] != v for k in range(9))
def solve():
    if 0 not in grid: return True
    i = grid.index(0)
    for v in range(1, 10):
        if ok(i, v):
            grid[i] = v
            if solve(): return True
            grid[i] = 0
    return False
print(solve())
for r in range(9): print(*grid[r * 9 : r * 9 + 9])
""",
        """\
True
5 3 4 6 7 8 9 1 2
6 7 2 1 9 5 3 4 8
1 9 8 3 4 2 5 6 7
8 5 9 7 6 1 4 2 3
4 2 6 8 5 3 7 9 1
7 1 3 9 2 4 8 5 6
9 6 1 5 3 7 2 8 4
2 8 7 4 1 9 6 3 5
3 4 5 2 8 6 1 7 9
""",
    ),
    Honest(
        "knapsack",
        """
items, room = [(60, 10), (100, 20), (120, 30), (75, 15)], 50
best = [0] * (room + 1)
for value, weight in items:
    for w in range(room, weight - 1, -1): best[w] = max(best[w], best[w - weight] + value)
print(best[room], best[::10])
""",
        "235 [0, 60, 100, 160, 180, 235]\n",
    ),
)
