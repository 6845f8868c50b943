"""Honest programs: the standard library, part 3."""

from sandboxes.conformance.honest.program import Honest

__all__ = ["PROGRAMS"]

PROGRAMS: tuple[Honest, ...] = (
    Honest(
        "contextlib",
        """
import contextlib
@contextlib.contextmanager
def timed(label):
    yield label
class R(contextlib.AbstractContextManager):
    def __exit__(self, *a): print("released")
with contextlib.closing(type("C", (), {"close": lambda s: print("closed")})()), R(), contextlib.nullcontext(5) as five:
    print(five)
@timed("as decorator")
def f(): return "ran"
with contextlib.chdir("."):
    print(f())
""",
        """\
5
released
closed
ran
""",
    ),
    Honest(
        "contextvars",
        """
import contextvars
v = contextvars.ContextVar("v", default=0)
def work(): v.set(v.get() + 5); return v.get()
ctx = contextvars.copy_context(); print(ctx.run(work), v.get(), ctx[v]); token = v.set(1); v.reset(token); print(v.get())
""",
        """\
5 0 5
0
""",
    ),
    Honest(
        "io",
        r"""
import io
s = io.StringIO("a\nb\nc"); print(s.readline(), s.read(2), s.tell(), list(s)); b = io.BytesIO(); b.write(b"xyz"); b.seek(1); print(b.read(), b.getbuffer()[0], io.TextIOWrapper(io.BytesIO("é".encode()), "utf-8").read())
with io.BufferedReader(io.BytesIO(b"0123456789")) as r: print(r.peek(3)[:3], r.read(4), r.seek(-2, 2), r.read())
""",
        """\
a
 b
 4 ['c']
b'yz' 120 é
b'012' b'0123' 8 b'89'
""",
    ),
    Honest(
        "pprint and reprlib",
        """
import pprint, reprlib
pprint.pprint({"list": list(range(12)), "nested": {"key": "value" * 12, "other": ["x" * 30, "y" * 30]}}, width=60)
print(reprlib.repr(list(range(100))), pprint.pformat((1, 2)), reprlib.repr("x" * 100))
""",
        """\
{'list': [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
 'nested': {'key': 'valuevaluevaluevaluevaluevaluevaluevaluevaluevaluevaluevalue',
            'other': ['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
                      'yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy']}}
[0, 1, 2, 3, 4, 5, ...] (1, 2) 'xxxxxxxxxxxx...xxxxxxxxxxxxx'
""",
    ),
    Honest(
        "types",
        """
import types
n = types.SimpleNamespace(a=1); n.b = 2; print(n, types.MappingProxyType({"k": 1})["k"], isinstance(lambda: 0, types.FunctionType), types.new_class("D", (int,))(5) + 1)
try:
    types.MappingProxyType({})["x"] = 1
except TypeError:
    print("read only")
""",
        """\
namespace(a=1, b=2) 1 True 6
read only
""",
    ),
    Honest(
        "sqlite in memory",
        """
import sqlite3
db = sqlite3.connect(":memory:"); db.execute("create table t (id integer primary key, name text, score real)")
db.executemany("insert into t (name, score) values (?, ?)", [("a", 1.5), ("b", 2.5), ("c", 2.0)])
print(db.execute("select name, score from t where score > ? order by score desc", (1.6,)).fetchall(), db.execute("select count(*), avg(score), max(name) from t").fetchone())
db.row_factory = sqlite3.Row; print(dict(db.execute("select * from t where id = 2").fetchone())); db.create_function("twice", 1, lambda x: x * 2); print(tuple(db.execute("select twice(21)").fetchone()))
try:
    db.execute("select * from missing")
except sqlite3.OperationalError as error:
    print(error)
""",
        """\
[('b', 2.5), ('c', 2.0)] (3, 2.0, 'c')
{'id': 2, 'name': 'b', 'score': 2.5}
(42,)
no such table: missing
""",
        needs=("sqlite3",),
    ),
    Honest(
        "sqlite in a file",
        """
import sqlite3
with sqlite3.connect("my.db") as db:
    db.execute("create table kv (k text unique, v)"); db.execute("insert into kv values ('a', 1)")
db.close()
db = sqlite3.connect("my.db")
try:
    with db:
        db.execute("insert into kv values ('b', 2)"); db.execute("insert into kv values ('a', 3)")
except sqlite3.IntegrityError:
    print("rolled back")
print(db.execute("select k, v from kv").fetchall(), db.total_changes)
""",
        """\
rolled back
[('a', 1)] 1
""",
        needs=("sqlite3",),
    ),
    Honest(
        "unittest",
        """
import unittest, io
class T(unittest.TestCase):
    def setUp(self): self.x = 2
    def test_ok(self): self.assertEqual(self.x + 2, 4)
    def test_raises(self):
        with self.assertRaises(ZeroDivisionError): 1 / 0
    @unittest.expectedFailure
    def test_bad(self): self.assertTrue(False)
    @unittest.skip("later")
    def test_skip(self): pass
result = unittest.TextTestRunner(stream=io.StringIO()).run(unittest.defaultTestLoader.loadTestsFromTestCase(T))
print(len(result.failures), len(result.skipped), len(result.expectedFailures), result.wasSuccessful())
""",
        "0 1 1 True\n",
    ),
    Honest(
        "unittest.mock",
        """
from unittest import mock
import os
m = mock.Mock(return_value=3); print(m(1, a=2), m.call_count, m.call_args, m.x.y.z() is not None)
with mock.patch("os.getcwd", return_value="/fake"): print(os.getcwd())
with mock.patch.dict(os.environ, {"K": "v"}): print(os.environ["K"])
s = mock.MagicMock(); s.__len__.return_value = 7; print(len(s)); m.assert_called_once_with(1, a=2)
""",
        """\
3 1 call(1, a=2) True
/fake
v
7
""",
    ),
    Honest(
        "doctest",
        """
import doctest
def square(n):
    '''Square.

    >>> square(3)
    9
    >>> square(-2)
    4
    '''
    return n * n
print(doctest.testmod())
""",
        "TestResults(failed=0, attempted=2)\n",
    ),
    Honest(
        "timeit and profile",
        """
import timeit, cProfile, pstats, io
print(timeit.timeit("x + 1", setup="x = 1", number=100) >= 0)
p = cProfile.Profile(); p.enable(); sum(range(100)); p.disable(); s = io.StringIO(); pstats.Stats(p, stream=s).print_stats(); print("function calls" in s.getvalue())
""",
        """\
True
True
""",
    ),
    Honest(
        "graphlib",
        """
from graphlib import TopologicalSorter, CycleError
print(list(TopologicalSorter({"d": {"b", "c"}, "b": {"a"}, "c": {"b"}}).static_order()))
try:
    list(TopologicalSorter({"a": {"b"}, "b": {"a"}}).static_order())
except CycleError as error:
    print("cycle", sorted(set(error.args[1])))
""",
        """\
['a', 'b', 'c', 'd']
cycle ['a', 'b']
""",
    ),
    Honest(
        "ipaddress",
        """
import ipaddress
n = ipaddress.ip_network("192.168.0.0/29"); print(n.num_addresses, list(n.hosts())[-1], ipaddress.ip_address("192.168.0.3") in n, ipaddress.ip_address("::1").is_loopback, [str(s) for s in n.subnets(1)])
""",
        "8 192.168.0.6 True True ['192.168.0.0/30', '192.168.0.4/30']\n",
    ),
    Honest(
        "numbers and colors",
        """
import colorsys, numbers
print(isinstance(3, numbers.Integral), isinstance(2.5, numbers.Rational), colorsys.rgb_to_hsv(1.0, 0.5, 0.0), round(colorsys.hls_to_rgb(0.5, 0.5, 0.5)[2], 6))
""",
        "True False (0.08333333333333333, 1.0, 1.0) 0.75\n",
    ),
    Honest(
        "locale and gettext",
        """
import gettext, locale
print(gettext.gettext("hello"), gettext.ngettext("cat", "cats", 2), locale.format_string("%d", 1234), locale.localeconv()["decimal_point"])
""",
        "hello cats 1234 .\n",
    ),
    Honest(
        "sched and queue",
        """
import queue, sched, time
q = queue.PriorityQueue(); [q.put(x) for x in (3, 1, 2)]; print([q.get() for _ in range(3)], q.empty())
l = queue.LifoQueue(); l.put(1); l.put(2); print(l.get())
try:
    queue.Queue().get_nowait()
except queue.Empty:
    print("empty")
s = sched.scheduler(time.monotonic, time.sleep); s.enter(0.02, 1, print, ("second",)); s.enter(0.01, 1, print, ("first",)); s.run()
""",
        """\
[1, 2, 3] True
2
empty
first
second
""",
    ),
    Honest(
        "tokenize and dis",
        """
import dis, io, keyword, tokenize
print([t.string for t in tokenize.generate_tokens(io.StringIO("x = 1 + y").readline) if t.string.strip()], keyword.iskeyword("lambda"), any(i.opname == "RETURN_VALUE" for i in dis.get_instructions(compile("f()", "", "exec"))) or True)
""",
        "['x', '=', '1', '+', 'y'] True True\n",
    ),
    Honest(
        "importlib",
        """
import importlib, importlib.util, sys
m = importlib.import_module("collections.abc"); print(m.__name__, importlib.util.find_spec("no_such_module"), "json" in sys.builtin_module_names)
try:
    import no_such_module
except ModuleNotFoundError as error:
    print(error, error.name)
""",
        """\
collections.abc None False
No module named 'no_such_module' no_such_module
""",
    ),
    Honest(
        "email and mime",
        r"""
from email.message import EmailMessage
from email import message_from_string
import mimetypes
m = EmailMessage(); m["Subject"] = "Hi"; m["To"] = "a@b.c"; m.set_content("text\n"); print(m["subject"], m.get_content(), m.get_content_type(), message_from_string("A: b\n\nbody")["a"])
""",
        """\
Hi text
 text/plain b
""",
    ),
    Honest(
        "codecs",
        r"""
import codecs
print(codecs.encode("hello", "rot13"), codecs.lookup("utf8").name, "a\udcff".encode("utf-8", "surrogateescape"), b"\xff".decode("utf-8", "replace") == "\ufffd", "é".encode("ascii", "xmlcharrefreplace"), "x".encode("idna"), codecs.decode("68 69".replace(" ", ""), "hex"))
""",
        "uryyb utf-8 b'a\\xff' True b'&#233;' b'x' b'hi'\n",
    ),
    Honest(
        "select and selectors",
        """
import os, selectors
r, w = os.pipe(); s = selectors.DefaultSelector(); s.register(r, selectors.EVENT_READ, "data"); print(s.select(0)); os.write(w, b"x"); print([(k.data, e) for k, e in s.select(1)])
""",
        """\
[]
[('data', 1)]
""",
        needs=("pipes", "select"),
    ),
)
