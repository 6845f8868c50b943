"""Honest programs: input, output, files, arguments, endings, part 3."""

from sandboxes.conformance.honest.program import Honest

__all__ = ["PROGRAMS"]

PROGRAMS: tuple[Honest, ...] = (
    Honest(
        "temporary files",
        """
import os, tempfile
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "x")
    with open(path, "w") as file:
        file.write("kept")
    print(os.listdir(folder), open(path).read())
print(os.path.exists(folder))
with tempfile.TemporaryFile("w+") as file:
    file.write("abc"); file.seek(1); print(file.read())
with tempfile.NamedTemporaryFile() as file:
    print(os.path.exists(file.name))
""",
        """\
['x'] kept
False
bc
True
""",
    ),
    Honest(
        "missing file",
        """
import errno
try:
    open("does/not/exist")
except FileNotFoundError as error:
    print(error.errno == errno.ENOENT, error.filename)
""",
        "True does/not/exist\n",
    ),
    Honest(
        "shutil",
        """
import os, shutil
os.mkdir("src"); open("src/a", "w").write("x")
shutil.copytree("src", "dst"); shutil.copy("src/a", "b"); shutil.move("b", "c")
print(sorted(os.listdir("dst")), open("c").read())
shutil.rmtree("src"); print(os.path.exists("src"))
""",
        """\
['a'] x
False
""",
    ),
    Honest(
        "csv files",
        """
import csv
with open("t.csv", "w", newline="") as file:
    writer = csv.writer(file); writer.writerow(["name", "note"]); writer.writerow(["Ann", 'says "hi", twice'])
print(open("t.csv").read().splitlines())
with open("t.csv", newline="") as file:
    print([dict(row) for row in csv.DictReader(file)])
""",
        """\
['name,note', 'Ann,"says ""hi"", twice"']
[{'name': 'Ann', 'note': 'says "hi", twice'}]
""",
    ),
    Honest(
        "json files",
        """
import json
with open("d.json", "w") as file:
    json.dump({"a": [1, 2, {"b": None}]}, file, indent=2)
print(open("d.json").read())
print(json.load(open("d.json"))["a"][2])
""",
        """\
{
  "a": [
    1,
    2,
    {
      "b": null
    }
  ]
}
{'b': None}
""",
    ),
    Honest(
        "truncate and append",
        """
with open("f", "w+") as file:
    file.write("0123456789"); file.truncate(4); file.seek(0, 2); file.write("x"); file.seek(0); print(file.read())
with open("f", "r+") as file:
    file.write("AB")
print(open("f").read())
""",
        """\
0123x
AB23x
""",
    ),
    Honest(
        "encodings of files",
        r"""
with open("u", "w", encoding="utf-16") as file:
    file.write("é中")
print(open("u", "rb").read()[:2] in (b"\xff\xfe", b"\xfe\xff"), open("u", encoding="utf-16").read())
try:
    open("u", encoding="ascii").read()
except UnicodeDecodeError as error:
    print("UnicodeDecodeError")
print(open("u", encoding="ascii", errors="ignore").read().isascii())
""",
        """\
True é中
UnicodeDecodeError
True
""",
    ),
    Honest(
        "zip and tar files",
        """
import io, tarfile, zipfile
with zipfile.ZipFile("a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("x.txt", "hello" * 100); archive.writestr("d/y.txt", "z")
with zipfile.ZipFile("a.zip") as archive:
    print(archive.namelist(), len(archive.read("x.txt")), archive.testzip())
buffer = io.BytesIO()
with tarfile.open(fileobj=buffer, mode="w") as archive:
    entry = tarfile.TarInfo("t"); entry.size = 3; archive.addfile(entry, io.BytesIO(b"abc"))
buffer.seek(0)
print(tarfile.open(fileobj=buffer).getnames())
""",
        """\
['x.txt', 'd/y.txt'] 500 None
['t']
""",
    ),
    Honest(
        "shelve and dbm",
        """
import shelve
with shelve.open("store", flag="n") as store:
    store["a"] = [1, 2]; store["b"] = {"c": 3}
with shelve.open("store") as store:
    print(sorted(store), store["a"], store["b"])
""",
        "['a', 'b'] [1, 2] {'c': 3}\n",
        needs=("dbm",),
    ),
    Honest(
        "environment of its own",
        """
import os
os.environ["MINE"] = "value"
print(os.environ["MINE"], os.getenv("NOT_THERE"), os.environ.pop("MINE"), "MINE" in os.environ)
""",
        "value None value False\n",
    ),
    Honest(
        "module of its own",
        r"""
import types, sys
module = types.ModuleType("helper"); exec("def double(x):\n    return 2 * x\n", module.__dict__); sys.modules["helper"] = module
import helper
from helper import double
print(helper.double(4), double("ab"))
""",
        "8 abab\n",
    ),
    Honest(
        "pickle of own classes",
        """
import pickle
class Point:
    def __init__(self, x, y): self.x, self.y = x, y
    def __eq__(self, other): return vars(self) == vars(other)
    def __reduce__(self): return (Point, (self.x, self.y))
class Plain:
    pass
p = Point(1, [2, 3]); q = pickle.loads(pickle.dumps(p))
print(p == q, q.y, p is q, type(pickle.loads(pickle.dumps(Plain()))).__name__, pickle.loads(pickle.dumps({"a": (1, None, 2.5)})))
""",
        "True [2, 3] False Plain {'a': (1, None, 2.5)}\n",
    ),
    Honest(
        "signals of its own",
        """
import signal
got = []
signal.signal(signal.SIGALRM, lambda number, frame: got.append(number))
signal.setitimer(signal.ITIMER_REAL, 0.01)
while not got:
    pass
print(got == [signal.SIGALRM])
""",
        "True\n",
        needs=("signals",),
    ),
    Honest(
        "alarm that raises",
        """
import signal, time
class TimeUp(Exception): pass
def ring(number, frame): raise TimeUp
signal.signal(signal.SIGALRM, ring); signal.setitimer(signal.ITIMER_REAL, 0.02)
try:
    time.sleep(5)
except TimeUp:
    print("time up")
""",
        "time up\n",
        needs=("signals",),
    ),
    Honest(
        "pipes",
        """
import os
reader, writer = os.pipe()
os.write(writer, b"through"); os.close(writer)
print(os.read(reader, 100), os.read(reader, 100))
""",
        "b'through' b''\n",
        needs=("pipes",),
    ),
    Honest(
        "memory maps",
        """
import mmap
with mmap.mmap(-1, 100) as area:
    area[:5] = b"hello"; area.seek(0); print(area.read(5), len(area), area.find(b"llo"))
""",
        "b'hello' 100 -1\n",
        needs=("mmap",),
    ),
    Honest(
        "ctypes",
        """
import ctypes
libc = ctypes.CDLL(None)
print(libc.abs(-5), ctypes.sizeof(ctypes.c_int64), (ctypes.c_int * 3)(1, 2, 3)[1], ctypes.c_uint8(300).value)
class S(ctypes.Structure):
    _fields_ = [("a", ctypes.c_int16), ("b", ctypes.c_int32)]
print(S(1, 2).b, ctypes.sizeof(S), libc.strlen(b"four"))
""",
        """\
5 8 2 44
2 8 4
""",
        needs=("ctypes",),
    ),
    Honest(
        "resource limits",
        """
import resource
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
print(soft <= hard or hard == -1, resource.getrusage(resource.RUSAGE_SELF).ru_utime >= 0)
""",
        "True True\n",
        needs=("resource",),
    ),
)
