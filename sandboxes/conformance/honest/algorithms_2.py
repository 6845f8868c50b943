"""Honest programs: classic algorithms, part 2."""

from sandboxes.conformance.honest.program import Honest

__all__ = ["PROGRAMS"]

PROGRAMS: tuple[Honest, ...] = (
    Honest(
        "coin change",
        """
def ways(total, coins):
    table = [1] + [0] * total
    for c in coins:
        for t in range(c, total + 1): table[t] += table[t - c]
    return table[total]
def fewest(total, coins):
    table = [0] + [10**9] * total
    for t in range(1, total + 1): table[t] = min((table[t - c] + 1 for c in coins if c <= t), default=10**9)
    return table[total]
print(ways(200, [1, 2, 5, 10, 20, 50, 100, 200]), fewest(63, [1, 5, 10, 21, 25]))
""",
        "73682 3\n",
    ),
    Honest(
        "longest common subsequence",
        """
def lcs(a, b):
    t = [[""] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a):
        for j, y in enumerate(b): t[i + 1][j + 1] = t[i][j] + x if x == y else max(t[i][j + 1], t[i + 1][j], key=len)
    return t[-1][-1]
print(lcs("AGGTAB", "GXTXAYB"), lcs("nematode knowledge", "empty bottle"), repr(lcs("abc", "xyz")))
""",
        "GTAB emt ole ''\n",
    ),
    Honest(
        "edit distance",
        """
def distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1): before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]
print(distance("kitten", "sitting"), distance("", "abc"), distance("intention", "execution"))
""",
        "3 3 5\n",
    ),
    Honest(
        "longest increasing subsequence",
        """
from bisect import bisect_left
def lis(a):
    tails = []
    for x in a:
        i = bisect_left(tails, x)
        tails[i : i + 1] = [x]
    return len(tails)
print(lis([10, 9, 2, 5, 3, 7, 101, 18]), lis([(x * 37) % 101 for x in range(101)]))
""",
        "4 15\n",
    ),
    Honest(
        "maximum subarray",
        """
def best(a):
    top = here = a[0]
    for x in a[1:]: here = max(x, here + x); top = max(top, here)
    return top
print(best([-2, 1, -3, 4, -1, 2, 1, -5, 4]), best([-3, -1, -2]))
""",
        "6 -1\n",
    ),
    Honest(
        "matrix chain",
        """
from functools import cache
d = [30, 35, 15, 5, 10, 20, 25]
@cache
def cost(i, j): return 0 if i == j else min(cost(i, k) + cost(k + 1, j) + d[i] * d[k + 1] * d[j + 1] for k in range(i, j))
print(cost(0, 5))
""",
        "15125\n",
    ),
    Honest(
        "Dijkstra",
        """
import heapq
graph = {"a": {"b": 7, "c": 9, "f": 14}, "b": {"c": 10, "d": 15}, "c": {"d": 11, "f": 2}, "d": {"e": 6}, "f": {"e": 9}, "e": {}}
def shortest(start):
    done, heap = {}, [(0, start, "")]
    while heap:
        cost, node, path = heapq.heappop(heap)
        if node not in done:
            done[node] = (cost, path + node)
            for other, w in graph[node].items(): heapq.heappush(heap, (cost + w, other, path + node))
    return done
print(shortest("a"))
""",
        "{'a': (0, 'a'), 'b': (7, 'ab'), 'c': (9, 'ac'), 'f': (11, 'acf'), 'd': (20, 'acd'), 'e': (20, 'acfe')}\n",
    ),
    Honest(
        "Bellman-Ford",
        """
edges = [(0, 1, -1), (0, 2, 4), (1, 2, 3), (1, 3, 2), (1, 4, 2), (3, 2, 5), (3, 1, 1), (4, 3, -3)]
far = [0] + [float("inf")] * 4
for _ in range(4):
    for a, b, w in edges: far[b] = min(far[b], far[a] + w)
print(far, any(far[a] + w < far[b] for a, b, w in edges))
""",
        "[0, -1, 2, -2, 1] False\n",
    ),
    Honest(
        "Floyd-Warshall",
        """
INF = 10**9; n = 4
d = [[0, 3, INF, 7], [8, 0, 2, INF], [5, INF, 0, 1], [2, INF, INF, 0]]
for k in range(n):
    for i in range(n):
        for j in range(n): d[i][j] = min(d[i][j], d[i][k] + d[k][j])
for row in d: print(*row)
""",
        """\
0 3 5 6
5 0 2 3
3 6 0 1
2 5 7 0
""",
    ),
    Honest(
        "breadth-first search in a maze",
        """
from collections import deque
maze = ["S.#.....", "..#.###.", ".##.#...", "....#.#E"]
start = (0, 0); queue, seen = deque([(start, 0)]), {start}
while queue:
    (r, c), steps = queue.popleft()
    if maze[r][c] == "E": print("steps", steps); break
    for a, b in ((r + 1, c), (r - 1, c), (r, c + 1), (r, c - 1)):
        if 0 <= a < 4 and 0 <= b < 8 and maze[a][b] != "#" and (a, b) not in seen: seen.add((a, b)); queue.append(((a, b), steps + 1))
""",
        "steps 16\n",
    ),
    Honest(
        "topological order by depth",
        """
graph = {"shirt": ["tie", "belt"], "tie": ["jacket"], "trousers": ["shoes", "belt"], "belt": ["jacket"], "socks": ["shoes"], "shoes": [], "jacket": []}
order, seen = [], set()
def visit(n):
    if n not in seen:
        seen.add(n); [visit(m) for m in graph[n]]; order.append(n)
for n in graph: visit(n)
print(order[::-1])
""",
        "['socks', 'trousers', 'shoes', 'shirt', 'belt', 'tie', 'jacket']\n",
    ),
    Honest(
        "strongly connected components",
        """
graph = {0: [1], 1: [2], 2: [0, 3], 3: [4], 4: [5], 5: [3], 6: [5, 6]}
index, low, stack, out = {}, {}, [], []
def go(v):
    index[v] = low[v] = len(index); stack.append(v)
    for w in graph[v]:
        if w not in index: go(w); low[v] = min(low[v], low[w])
        elif w in stack: low[v] = min(low[v], index[w])
    if low[v] == index[v]:
        part = []
        while not part or part[-1] != v: part.append(stack.pop())
        out.append(sorted(part))
for v in graph:
    if v not in index: go(v)
print(out)
""",
        "[[3, 4, 5], [0, 1, 2], [6]]\n",
    ),
    Honest(
        "minimum spanning tree",
        """
edges = sorted([(7, 0, 1), (5, 1, 2), (8, 0, 3), (9, 1, 3), (7, 1, 4), (5, 2, 4), (15, 3, 4), (6, 3, 5), (8, 4, 5), (9, 4, 6), (11, 5, 6)])
parent = list(range(7))
def find(x):
    while parent[x] != x: parent[x] = parent[parent[x]]; x = parent[x]
    return x
total, used = 0, []
for w, a, b in edges:
    if find(a) != find(b): parent[find(a)] = find(b); total += w; used.append((a, b))
print(total, used)
""",
        "40 [(1, 2), (2, 4), (3, 5), (0, 1), (0, 3), (4, 6)]\n",
    ),
    Honest(
        "maximum flow",
        """
from collections import defaultdict, deque
cap = defaultdict(lambda: defaultdict(int))
for a, b, c in [("s", "a", 16), ("s", "c", 13), ("a", "b", 12), ("b", "c", 9), ("c", "a", 4), ("c", "d", 14), ("d", "b", 7), ("b", "t", 20), ("d", "t", 4)]: cap[a][b] += c; cap[b][a] += 0
flow = 0
while True:
    before, queue = {"s": None}, deque(["s"])
    while queue and "t" not in before:
        u = queue.popleft()
        for v, c in cap[u].items():
            if c > 0 and v not in before: before[v] = u; queue.append(v)
    if "t" not in before: break
    path, v = [], "t"
    while before[v]: path.append((before[v], v)); v = before[v]
    push = min(cap[a][b] for a, b in path); flow += push
    for a, b in path: cap[a][b] -= push; cap[b][a] += push
print(flow)
""",
        "23\n",
    ),
    Honest(
        "bipartite matching",
        """
likes = {"ann": "xy", "bob": "xz", "cat": "x", "dan": "zw"}
match = {}
def place(p, seen):
    for t in likes[p]:
        if t not in seen:
            seen.add(t)
            if t not in match or place(match[t], seen): match[t] = p; return True
    return False
print(sum(place(p, set()) for p in likes), sorted(match.items()))
""",
        "4 [('w', 'dan'), ('x', 'cat'), ('y', 'ann'), ('z', 'bob')]\n",
    ),
    Honest(
        "union of intervals",
        """
def merge(intervals):
    out = []
    for a, b in sorted(intervals):
        if out and a <= out[-1][1]: out[-1][1] = max(out[-1][1], b)
        else: out.append([a, b])
    return out
print(merge([(1, 3), (8, 10), (2, 6), (15, 18), (17, 20), (20, 21)]), sum(b - a for a, b in merge([(0, 2), (1, 5)])))
""",
        "[[1, 6], [8, 10], [15, 21]] 5\n",
    ),
    Honest(
        "Knuth-Morris-Pratt",
        """
def find(text, word):
    fail, k = [0], 0
    for c in word[1:]:
        while k and word[k] != c: k = fail[k - 1]
        k += word[k] == c; fail.append(k)
    k, out = 0, []
    for i, c in enumerate(text):
        while k and (k == len(word) or word[k] != c): k = fail[k - 1]
        k += word[k] == c
        if k == len(word): out.append(i - k + 1)
    return out, fail
print(find("ababcabcabababd" * 2, "ababd"), find("aaaaa", "aa")[0])
""",
        "([10, 25], [0, 0, 1, 2, 0]) [0, 1, 2, 3]\n",
    ),
    Honest(
        "trie",
        """
class Trie(dict):
    def add(self, word):
        node = self
        for c in word: node = node.setdefault(c, {})
        node["$"] = word
    def under(self, start):
        node = self
        for c in start: node = node.get(c, {})
        stack, out = [node], []
        while stack:
            n = stack.pop(); out += [n["$"]] if "$" in n else []; stack += [v for k, v in n.items() if k != "$"]
        return sorted(out)
t = Trie(); [t.add(w) for w in "car card care cat dog do".split()]; print(t.under("car"), t.under("do"), t.under("x"))
""",
        "['car', 'card', 'care'] ['do', 'dog'] []\n",
    ),
    Honest(
        "binary search tree",
        """
class Node:
    def __init__(self, key): self.key, self.left, self.right = key, None, None
def insert(n, key):
    if n is None: return Node(key)
    if key < n.key: n.left = insert(n.left, key)
    elif key > n.key: n.right = insert(n.right, key)
    return n
def walk(n): return walk(n.left) + [n.key] + walk(n.right) if n else []
def height(n): return 1 + max(height(n.left), height(n.right)) if n else 0
root = None
for k in (50, 30, 70, 20, 40, 60, 80, 30): root = insert(root, k)
print(walk(root), height(root))
""",
        "[20, 30, 40, 50, 60, 70, 80] 3\n",
    ),
    Honest(
        "linked list",
        """
class Node:
    def __init__(self, value, after=None): self.value, self.after = value, after
    def __iter__(self):
        n = self
        while n: yield n.value; n = n.after
head = None
for v in range(6): head = Node(v, head)
def reverse(n):
    out = None
    while n: n.after, out, n = out, n, n.after
    return out
print(list(head), list(reverse(head)))
""",
        "[5, 4, 3, 2, 1, 0] [0, 1, 2, 3, 4, 5]\n",
    ),
)
