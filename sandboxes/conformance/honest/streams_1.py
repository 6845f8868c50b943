"""Honest programs: input, output, files, arguments, endings, part 1."""

from sandboxes.conformance.honest.program import Honest

__all__ = ["PROGRAMS"]

PROGRAMS: tuple[Honest, ...] = (
    Honest(
        "input twice",
        """
name = input("name? ")
age = int(input())
print(f"{name} is {age + 1} next year")
""",
        "name? Ann is 43 next year\n",
        stdin="Ann\n42\n",
    ),
    Honest(
        "all of standard input",
        """
import sys
numbers = list(map(int, sys.stdin.read().split()))
print(sum(numbers), len(numbers))
""",
        "25 5\n",
        stdin="3 4 5\n6\n\n7\n",
    ),
    Honest(
        "iterate over standard input",
        """
import sys
for number, line in enumerate(sys.stdin, 1):
    print(number, repr(line))
""",
        "1 'first\\n'\n2 '  second  \\n'\n3 '\\n'\n4 'last\\n'\n",
        stdin="first\n  second  \n\nlast\n",
    ),
    Honest(
        "readline until the end",
        """
import sys
while line := sys.stdin.readline():
    print(line.rstrip().upper())
print(repr(sys.stdin.readline()), repr(sys.stdin.read()))
""",
        """\
A
B
'' ''
""",
        stdin="a\nb\n",
    ),
    Honest(
        "buffer of standard input",
        """
import sys
data = sys.stdin.buffer.read()
print(data, [int(x) for x in data.split()])
""",
        "b'5 1\\n4 2\\n' [5, 1, 4, 2]\n",
        stdin="5 1\n4 2\n",
    ),
    Honest(
        "descriptor of standard input",
        """
import os
print(os.read(0, 100), os.read(0, 100))
""",
        "b'via os.read\\n' b''\n",
        stdin="via os.read\n",
    ),
    Honest(
        "open descriptor zero",
        """
lines = open(0).read().splitlines()
print(lines)
""",
        "['1 2', '3']\n",
        stdin="1 2\n3\n",
    ),
    Honest(
        "end of input",
        """
try:
    input()
except EOFError:
    print("EOFError")
import sys
print(repr(sys.stdin.read()))
""",
        """\
EOFError
''
""",
    ),
    Honest(
        "input without a last newline",
        "print(repr(input()))\n",
        "'no newline'\n",
        stdin="no newline",
    ),
    Honest(
        "carriage returns",
        """
import sys
print(repr(sys.stdin.read()))
""",
        "'a\\r\\nb\\rc\\n'\n",
        stdin="a\r\nb\rc\n",
    ),
    Honest(
        "unicode input",
        """
line = input()
print(len(line), line[::-1])
""",
        "10 🙂 文中 olléh\n",
        stdin="héllo 中文 🙂\n",
    ),
    Honest(
        "fileinput",
        """
import fileinput
for line in fileinput.input("-"):
    print(fileinput.lineno(), line, end="")
""",
        """\
1 x
2 y
""",
        stdin="x\ny\n",
    ),
    Honest(
        "matrix from input",
        """
rows, columns = map(int, input().split())
matrix = [list(map(int, input().split())) for _ in range(rows)]
for column in zip(*matrix):
    print(*column)
""",
        """\
1 4
2 5
3 6
""",
        stdin="2 3\n1 2 3\n4 5 6\n",
    ),
    Honest(
        "arguments",
        """
import sys
print(len(sys.argv), sys.argv[1:])
""",
        "5 ['-v', 'one two', 'é', '']\n",
        argv=("-v", "one two", "é", ""),
    ),
    Honest(
        "no arguments",
        """
import sys
print(sys.argv[1:], len(sys.argv))
""",
        "[] 1\n",
    ),
    Honest(
        "argparse",
        """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("files", nargs="+")
parser.add_argument("--count", type=int, default=1)
parser.add_argument("-v", "--verbose", action="store_true")
options = parser.parse_args()
print(options.files, options.count, options.verbose)
""",
        "['file.txt', 'other.txt'] 3 True\n",
        argv=("--count", "3", "-v", "file.txt", "other.txt"),
    ),
    Honest(
        "argparse refuses",
        """
import argparse
parser = argparse.ArgumentParser(prog="tool")
parser.add_argument("--count", type=int)
print("before")
parser.parse_args()
print("never")
""",
        "before\n",
        argv=("--count", "x"),
        exit_code=2,
    ),
    Honest(
        "getopt",
        """
import getopt, sys
print(getopt.getopt(sys.argv[1:], "ab:"))
""",
        "([('-a', ''), ('-b', '5')], ['rest'])\n",
        argv=("-a", "-b", "5", "rest"),
    ),
    Honest(
        "exit code 0",
        """
import sys
print("leaving")
sys.exit(0)
""",
        "leaving\n",
    ),
    Honest(
        "exit code 1",
        """
import sys
print("leaving")
sys.exit(1)
""",
        "leaving\n",
        exit_code=1,
    ),
    Honest(
        "exit code 2",
        "raise SystemExit(2)\n",
        "",
        exit_code=2,
    ),
    Honest(
        "exit code 3",
        """
import sys
try:
    sys.exit(3)
finally:
    print("cleanup")
""",
        "cleanup\n",
        exit_code=3,
    ),
    Honest(
        "exit with a message",
        """
import sys
print("out")
sys.exit("a message for standard error")
""",
        "out\n",
        exit_code=1,
    ),
    Honest(
        "exit with None",
        """
import sys
print("fine")
sys.exit(None)
""",
        "fine\n",
    ),
    Honest(
        "exit by os",
        """
import os
print("flushed", flush=True)
print("lost")
os._exit(7)
""",
        "flushed\n",
        exit_code=7,
    ),
)
