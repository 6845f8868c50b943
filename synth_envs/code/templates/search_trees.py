"""Binary search trees with drawn rules for equal keys and for deletion."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["SearchTree"]

#: Order of keys: text, condition of the reference that `key` belongs to the left of `node`, the same
#: for numbers `k` and `top`.
_ORDERS = (
    ("smaller keys go to the left and larger ones to the right", "key < node.key", "top > k"),
    ("larger keys go to the left and smaller ones to the right", "key > node.key", "k - top > 0"),
    (
        "keys whose last decimal digit is smaller go to the left, and those whose last digit is larger to the right; if these digits are equal, smaller keys go to the left and larger ones to the right",
        "(key % 10, key) < (node.key % 10, node.key)",
        "str(k)[-1] + '%05d' % k < str(top)[-1] + '%05d' % top",
    ),
    (
        "even keys go to the left of odd keys; of two even keys or two odd keys, the smaller one goes to the left of the larger one",
        "(key % 2, key) < (node.key % 2, node.key)",
        "k + 10 ** 6 * (k & 1) < top + 10 ** 6 * (top & 1)",
    ),
)
#: What replaces a deleted key with two subtrees: text, lines of the reference, name of the other's rule.
_DELETIONS = (
    (
        "its key is replaced by that of the leftmost node of its right subtree, and that node is then removed in the way just described (it has at most one child)",
        """\
    below = node.right
    while below.left:
        below = below.left
    node.key = below.key
    node.right = delete(node.right, below.key)
    return node
""",
        "right_first",
    ),
    (
        "its key is replaced by that of the rightmost node of its left subtree, and that node is then removed in the way just described (it has at most one child)",
        """\
    below = node.left
    while below.right:
        below = below.right
    node.key = below.key
    node.left = delete(node.left, below.key)
    return node
""",
        "left_last",
    ),
    (
        "it is replaced by its right subtree, and its left subtree becomes the left subtree of the leftmost node of that right subtree",
        """\
    below = node.right
    while below.left:
        below = below.left
    below.left = node.left
    return node.right
""",
        "hang_left",
    ),
    (
        "it is replaced by its left subtree, and its right subtree becomes the right subtree of the rightmost node of that left subtree",
        """\
    below = node.left
    while below.right:
        below = below.right
    below.right = node.right
    return node.left
""",
        "hang_right",
    ),
)
_RULES = {
    "right_first": "new = least(right)\n    return left, new, without(right, new)",
    "left_last": "new = greatest(left)\n    return without(left, new), new, right",
    "hang_left": """\
def hang(tree):
        return (hang(tree[0]) if tree[0] else left, *tree[1:])

    return hang(right)""",
    "hang_right": """\
def hang(tree):
        return (*tree[:2], hang(tree[2]) if tree[2] else right)

    return hang(left)""",
}
#: What is asked: text, type, lines of the reference with `tree`, expression of the other program.
_ASKED = (
    (
        "the list of all keys in the order in which a node comes before its left subtree and this before its right subtree",
        "list[int]",
        """\
    found = []

    def visit(node):
        if node:
            found.append(node.key)
            visit(node.left)
            visit(node.right)

    visit(tree)
    return found""",
        "[key for _, path, key in sorted(flat(tree), key=lambda one: one[1])]",
    ),
    (
        "the list of all keys from top to bottom: first the root, then its children from left to right, then the nodes below these from left to right, and so on",
        "list[int]",
        """\
    found, level = [], [tree] if tree else []
    while level:
        found += [node.key for node in level]
        level = [below for node in level for below in (node.left, node.right) if below]
    return found""",
        "[key for _, path, key in sorted(flat(tree), key=lambda one: (len(one[1]), one[1]))]",
    ),
    (
        "the tree as a text: a tree is written as `(L key R)`, where L and R are its left and right subtree written in the same way, and an empty tree is written as `.`, as in `((. 2 .) 5 .)`",
        "str",
        """\
    def text(node):
        if not node:
            return "."
        return f"({text(node.left)} {node.key} {text(node.right)})"

    return text(tree)""",
        "str(tree).replace(',', '').replace('None', '.').replace(\"'\", '')",
    ),
    (
        "a list with the sum of the keys on each level, beginning with the root",
        "list[int]",
        """\
    sums = []

    def visit(node, depth):
        if node:
            if depth == len(sums):
                sums.append(0)
            sums[depth] += node.key
            visit(node.left, depth + 1)
            visit(node.right, depth + 1)

    visit(tree, 0)
    return sums""",
        "[sum(key for _, path, key in flat(tree) if len(path) == d) for d in sorted({len(one[1]) for one in flat(tree)})]",
    ),
    (
        "the list of the keys of the nodes that have exactly one child, in ascending order of the keys",
        "list[int]",
        """\
    found = []

    def visit(node):
        if node:
            if (node.left is None) != (node.right is None):
                found.append(node.key)
            visit(node.left)
            visit(node.right)

    visit(tree)
    return sorted(found)""",
        "sorted(key for (left, _, right), _, key in flat(tree) if [left, right].count(None) == 1)",
    ),
)
_SOURCE = Text("""\
class Node:
    def __init__(self, key):
        self.key = key
        self.left = None
        self.right = None


def belongs_left(key, node):
    return $order


def insert(node, key):
    if node is None:
        return Node(key)
    if key == node.key:
        $equal
    if belongs_left(key, node):
        node.left = insert(node.left, key)
    else:
        node.right = insert(node.right, key)
    return node


def delete(node, key):
    if node is None:
        return None
    if key != node.key:
        if belongs_left(key, node):
            node.left = delete(node.left, key)
        else:
            node.right = delete(node.right, key)
        return node
    if node.left is None or node.right is None:
        return node.left or node.right
$deletion

def grow(commands):
    tree = None
    for command in commands:
        word, number = command.split()
        key = int(number)
        tree = insert(tree, key) if word == "add" else delete(tree, key)
$answer
""")
_AGAIN = Text("""\
def less(k, top):
    return $order


def keys(tree):
    return [] if tree is None else [*keys(tree[0]), tree[1], *keys(tree[2])]


def least(tree):
    return keys(tree)[0]


def greatest(tree):
    return keys(tree)[-1]


def joined(left, right):
    if None in (left, right):
        return right if left is None else left
    $rule


def changed(tree, key, at):
    path = []
    while tree and tree[1] != key:
        path.append(tree)
        tree = tree[0] if less(key, tree[1]) else tree[2]
    tree = at(tree)
    for left, top, right in reversed(path):
        tree = (tree, top, right) if less(key, top) else (left, top, tree)
    return tree


def without(tree, key):
    return changed(tree, key, lambda one: joined(one[0], one[2]) if one else None)


def flat(tree, path=""):
    if tree is None:
        return []
    return [(tree, path, tree[1])] + flat(tree[0], path + "l") + flat(tree[2], path + "r")


def grow(commands):
    tree = None
    for command in commands:
        key = int(command[4:])
        if command.startswith("del"):
            tree = without(tree, key)
        else:
            tree = changed(tree, key, lambda one: $again)
    return $answer
""")
#: What adding a key that is there does: text, statement of the reference, expression of the other program.
_EQUAL = (
    ("nothing happens", "return node", "one or (None, key, None)"),
    (
        "this key is deleted in the way described below",
        "return delete(node, key)",
        "joined(one[0], one[2]) if one else (None, key, None)",
    ),
)


class SearchTree(Template):
    """Add keys to a search tree and delete them by drawn rules."""

    name: ClassVar[str] = "search_tree"
    group: ClassVar[str] = "trees"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw the order, what equal keys do, how a key is deleted, and the question."""
        words, order, again = rng.choice(_ORDERS[: 2 + int(2 * difficulty)])
        deletion, lines, rule = rng.choice(_DELETIONS[: 2 + int(2 * difficulty)])
        equal, code, other = rng.choice(_EQUAL[:1] if difficulty < 0.3 else _EQUAL)
        asked, kind, answer, answer_again = rng.choice(_ASKED[: 3 + int(2 * difficulty)])
        return self.problem(
            entry="grow",
            parameters=(("commands", "list[str]"),),
            returns=kind,
            statement=(
                f"A binary search tree holds different integers of at least 0 as keys, one in each node: {words}. Start with an empty tree and carry out the `commands` in order. `add K` adds the key K as a new node without children at the place "
                f"that one reaches from the root by this order; if K is there already, {equal}. `del K` deletes the key K, if it is there: a node without children is removed, a node with one child is replaced by this "
                f"child with all that is below it, and if the node has two children, {deletion}. Return {asked}."
            ),
            source=_SOURCE.substitute(
                order=order,
                equal=code,
                deletion=lines,
                answer="\n" * answer.startswith("    def ") + answer,
            ),
            second=_AGAIN.substitute(
                order=again, rule=_RULES[rule], again=other, answer=answer_again
            ),
            inputs=_inputs(rng, difficulty),
            difficulty=difficulty,
        )


def _inputs(rng: TaskRandom, difficulty: float) -> list[list[Json]]:
    def adds(*keys: int) -> list[str]:
        return [f"add {key}" for key in keys]

    sequences = [
        [*adds(15, 6, 22, 31, 18), "del 15", "add 7"],
        [*adds(4, 9, 4, 12, 3), "del 8"],
        [*adds(20, 11, 33, 7, 14, 26, 40, 13), "del 20", "del 11"],
        [],
        ["del 3"],
        ["add 0"],
        ["add 1", "del 1"],
        ["add 1", "add 1"],
        adds(5, 5, 5, 5),
        adds(1, 2, 3, 4, 5),
        adds(9, 7, 5, 3),
        [*adds(1, 2, 3), "del 1"],
        [*adds(3, 2, 1), "del 3"],
        [*adds(3, 2, 1), "del 2"],
        [*adds(2, 1, 3), "del 2", "del 1"],
        [*adds(2, 1, 3), "del 2", "del 3", "del 2"],
        [*adds(10, 21, 32, 43), "del 21"],
        [*adds(12, 4, 2, 8, 6, 10, 20, 16, 14, 18, 24), "del 12"],
        [*adds(12, 4, 2, 8, 6, 10, 20, 16, 14, 18, 24), "del 4", "del 20"],
        [*adds(13, 5, 3, 9, 7, 11, 21, 17, 15, 19, 25), "del 13", "add 12", "add 14"],
        [*adds(12, 4, 2, 8, 6, 10, 20, 16, 14, 18, 24), "add 12", "add 4", "add 20"],
    ]
    for _ in range(30):
        most = rng.choice((9, 25, 60))
        keys = [rng.randint(0, most) for _ in range(rng.randint(4, 9 + int(9 * difficulty)))]
        commands = []
        for place, key in enumerate(keys):
            commands.append(f"add {key}")
            if rng.randrange(3) == 0:
                commands.append(f"del {rng.choice(keys[: place + 1])}")
        sequences.append(commands)
    return [[list(one)] for one in sequences]
