"""Honest programs: input, output, files, arguments, endings, part 2."""

from sandboxes.conformance.honest.program import Honest

__all__ = ["PROGRAMS"]

PROGRAMS: tuple[Honest, ...] = (
    Honest(
        "uncaught exception",
        """
def fail(n):
    raise ValueError(f"bad {n}")
print("before")
fail(3)
print("never")
""",
        "before\n",
        exit_code=1,
    ),
    Honest(
        "uncaught exception of its own kind",
        """
class MyError(Exception):
    pass
try:
    raise MyError("inner")
except MyError:
    print("handled once")
    raise
""",
        "handled once\n",
        exit_code=1,
    ),
    Honest(
        "caught exit",
        """
try:
    raise SystemExit(5)
except SystemExit as error:
    print("code", error.code)
""",
        "code 5\n",
    ),
    Honest(
        "syntax error",
        'print("never"\n',
        "",
        exit_code=1,
    ),
    Honest(
        "traceback as text",
        """
import traceback
def inner():
    return 1 / 0
try:
    inner()
except ZeroDivisionError:
    text = traceback.format_exc()
print(text.splitlines()[0], text.splitlines()[-1], "inner" in text)
""",
        "Traceback (most recent call last): ZeroDivisionError: division by zero True\n",
    ),
    Honest(
        "at exit",
        """
import atexit
atexit.register(print, "registered first")
@atexit.register
def last():
    print("registered last")
print("main")
""",
        """\
main
registered last
registered first
""",
    ),
    Honest(
        "at exit after an error",
        """
import atexit
atexit.register(print, "still runs")
raise RuntimeError("boom")
""",
        "still runs\n",
        exit_code=1,
    ),
    Honest(
        "standard error",
        r"""
import sys
print("to out")
print("to err", file=sys.stderr)
sys.stderr.write("more\n")
print("again")
""",
        """\
to out
again
""",
    ),
    Honest(
        "many lines",
        """
for number in range(40):
    print(number, number * number)
""",
        """\
0 0
1 1
2 4
3 9
4 16
5 25
6 36
7 49
8 64
9 81
10 100
11 121
12 144
13 169
14 196
15 225
16 256
17 289
18 324
19 361
20 400
21 441
22 484
23 529
24 576
25 625
26 676
27 729
28 784
29 841
30 900
31 961
32 1024
33 1089
34 1156
35 1225
36 1296
37 1369
38 1444
39 1521
""",
    ),
    Honest(
        "one long line",
        'print("abc" * 100)\n',
        "abcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabc\n",
    ),
    Honest(
        "binary output",
        r"""
import sys
sys.stdout.buffer.write(bytes(range(32, 127)) + b"\n")
sys.stdout.buffer.flush()
""",
        " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~\n",
    ),
    Honest(
        "os.write",
        r"""
import os, sys
print("one")
sys.stdout.flush()
os.write(1, b"two\n")
""",
        """\
one
two
""",
    ),
    Honest(
        "print to a string",
        """
import io, contextlib
buffer = io.StringIO()
with contextlib.redirect_stdout(buffer):
    print("captured")
    print(1, 2)
print(repr(buffer.getvalue()))
""",
        "'captured\\n1 2\\n'\n",
    ),
    Honest(
        "print options",
        r"""
import sys
print("a", end="", flush=True); sys.stdout.write("b\n"); sys.stdout.writelines(["c\n", "d\n"]); print("é", "中", "🙂")
""",
        """\
ab
c
d
é 中 🙂
""",
    ),
    Honest(
        "write and read a file",
        r"""
with open("notes.txt", "w") as file:
    print("first", file=file)
    file.writelines(["second\n", "third\n"])
with open("notes.txt") as file:
    print([line.strip() for line in file])
with open("notes.txt", "a") as file:
    file.write("fourth\n")
print(open("notes.txt").read().count("\n"))
""",
        """\
['first', 'second', 'third']
4
""",
    ),
    Honest(
        "binary files",
        """
import struct
with open("data.bin", "wb") as file:
    for number in (1, 2.5, -3):
        file.write(struct.pack("<d", number))
with open("data.bin", "rb") as file:
    file.seek(8)
    print(struct.unpack("<d", file.read(8)), file.tell(), len(file.read()))
""",
        "(2.5,) 16 8\n",
    ),
    Honest(
        "folders",
        """
import os
os.makedirs("a/b/c")
for name in ("a/one.txt", "a/b/two.txt", "a/b/c/three.txt"):
    with open(name, "w") as file:
        file.write(name)
for folder, folders, files in os.walk("a"):
    print(folder, sorted(folders), sorted(files))
print(os.path.getsize("a/one.txt"), os.path.isdir("a/b"), os.path.exists("a/z"), os.path.join("a", "b"), os.path.splitext("x.tar.gz"))
os.rename("a/one.txt", "a/1.txt"); os.remove("a/1.txt"); print(os.listdir("a"))
""",
        """\
a ['b'] ['one.txt']
a/b ['c'] ['two.txt']
a/b/c [] ['three.txt']
9 True False a/b ('x.tar', '.gz')
['b']
""",
    ),
    Honest(
        "pathlib",
        r"""
from pathlib import Path
root = Path("top"); root.mkdir(); (root / "x.txt").write_text("hello\n", "utf-8"); (root / "y.md").write_bytes(b"\x00\x01")
print(sorted(p.name for p in root.iterdir()), [p.stem for p in root.glob("*.txt")], (root / "x.txt").read_text().strip())
p = Path("/usr/lib/python/x.tar.gz"); print(p.suffixes, p.parent.name, p.with_suffix(".zip"), p.relative_to("/usr"), p.parts[1])
(root / "x.txt").unlink(); print((root / "x.txt").exists(), (root / "y.md").stat().st_size)
""",
        """\
['x.txt', 'y.md'] ['x'] hello
['.tar', '.gz'] python /usr/lib/python/x.tar.zip lib/python/x.tar.gz usr
False 2
""",
    ),
)
