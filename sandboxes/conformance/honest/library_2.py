"""Honest programs: the standard library, part 2."""

from sandboxes.conformance.honest.program import Honest

__all__ = ["PROGRAMS"]

PROGRAMS: tuple[Honest, ...] = (
    Honest(
        "time",
        """
import time
a = time.perf_counter(); time.sleep(0.01); b = time.perf_counter()
print(b - a >= 0.009, time.time() > 1.5e9, time.gmtime(0)[:6], time.strftime("%Y-%m-%d", time.gmtime(86400)), time.process_time() >= 0, time.monotonic() <= time.monotonic())
""",
        "True True (1970, 1, 1, 0, 0, 0) 1970-01-02 True True\n",
    ),
    Honest(
        "regular expressions",
        r"""
import re
print(re.findall(r"\b(\w)(\w*)\b", "hi there you"), re.sub(r"(\d+)", lambda m: str(int(m[1]) * 2), "a1b22"), re.split(r"[,;]\s*", "a, b;c"))
m = re.match(r"(?P<year>\d{4})-(?P<month>\d\d)", "2024-07-01"); print(m.groupdict(), m.span("month"), m.end(), m.group(1, 2))
print(re.search(r"(?i)HELLO", "say hello").start(), re.fullmatch(r"a+b?", "aaab") is not None, re.sub(r"(?<=a)b", "X", "abcb"), re.findall(r"a.*?c", "abcac"), re.compile(r'''
    \d+   # digits
    [a-z] # letter
''', re.X).findall("12a 3b"), re.escape("a.b*c"), [m.start() for m in re.finditer("aa", "aaaa")])
print(re.sub(r"(\w+) (\w+)", r"\2 \1", "hello world"), bool(re.match(r"^\s*$", "  ")), re.findall(r"^\w", "a\nb", re.M), re.subn("a", "b", "aaa"))
""",
        "[('h', 'i'), ('t', 'here'), ('y', 'ou')] a2b44 ['a', 'b', 'c']\n{'year': '2024', 'month': '07'} (5, 7) 7 ('2024', '07')\n4 True aXcb ['abc', 'ac'] ['12a', '3b'] a\\.b\\*c [0, 2]\nworld hello True ['a', 'b'] ('bbb', 3)\n",
    ),
    Honest(
        "json",
        r"""
import json
print(json.dumps({"b": [1, 2.5, None, True], "a": "é\n\"", "c": {}}, sort_keys=True), json.dumps([1, {"x": (1, 2)}], separators=(",", ":")), json.dumps("é", ensure_ascii=False))
print(json.loads('{"x": [1e3, -0, "\\u00e9", null]}'), json.loads("[1.0]", parse_float=str), json.dumps({1: 2, None: 3}))
class E(json.JSONEncoder):
    def default(self, o): return sorted(o) if isinstance(o, set) else super().default(o)
print(json.dumps({3, 1, 2}, cls=E), json.dumps([1, 2], indent=2))
for bad in ("{", "[1 2]", "nul", '{"a" 1}'):
    try:
        json.loads(bad)
    except json.JSONDecodeError as error:
        print("bad at", error.pos)
""",
        '{"a": "\\u00e9\\n\\"", "b": [1, 2.5, null, true], "c": {}} [1,{"x":[1,2]}] "é"\n{\'x\': [1000.0, 0, \'é\', None]} [\'1.0\'] {"1": 2, "null": 3}\n[1, 2, 3] [\n  1,\n  2\n]\nbad at 1\nbad at 3\nbad at 0\nbad at 5\n',
    ),
    Honest(
        "string module and templates",
        """
import string
print(string.ascii_lowercase, string.digits, string.punctuation, string.Template("$who likes ${what}s, $$5").substitute(who="tim", what="kung pao"), string.capwords("a bc  d"), list(string.Formatter().parse("x{a:>3}y"))[0])
""",
        "abcdefghijklmnopqrstuvwxyz 0123456789 !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ tim likes kung paos, $5 A Bc D ('x', 'a', '>3', None)\n",
    ),
    Honest(
        "textwrap",
        r"""
import textwrap
text = "The quick brown fox jumped over the lazy dog and then ran away from the angry bear."
print(textwrap.fill(text, 30)); print(textwrap.shorten(text, 25), textwrap.wrap("abcdefghij", 4)); print(textwrap.dedent('''\
    one
      two
    three''')); print(textwrap.indent("a\nb", "> "))
""",
        """\
The quick brown fox jumped
over the lazy dog and then ran
away from the angry bear.
The quick brown fox [...] ['abcd', 'efgh', 'ij']
one
  two
three
> a
> b
""",
    ),
    Honest(
        "difflib",
        r"""
import difflib
print("\n".join(difflib.unified_diff("a b c d".split(), "a x c d e".split(), lineterm="")))
print(difflib.get_close_matches("appel", ["ape", "apple", "peach"]), round(difflib.SequenceMatcher(None, "abcd", "bcde").ratio(), 3), list(difflib.ndiff(["a"], ["b"])))
""",
        "--- \n+++ \n@@ -1,4 +1,5 @@\n a\n-b\n+x\n c\n d\n+e\n['apple', 'ape'] 0.75 ['- a', '+ b']\n",
    ),
    Honest(
        "shlex",
        r"""
import shlex
print(shlex.split("a 'b c' \"d e\" f\\ g # no"), shlex.quote("it's"), shlex.join(["a b", "c"]), list(shlex.shlex("x=1;y", punctuation_chars=True)))
""",
        "['a', 'b c', 'd e', 'f g', '#', 'no'] 'it'\"'\"'s' 'a b' c ['x=1', ';', 'y']\n",
    ),
    Honest(
        "csv in memory",
        r"""
import csv, io
rows = list(csv.reader(io.StringIO('a,"b,c",d\n1,"2\n3",4\n'))); print(rows)
out = io.StringIO(); w = csv.DictWriter(out, ["x", "y"], lineterminator="\n"); w.writeheader(); w.writerows([{"x": 1, "y": "a b"}, {"x": '"', "y": None}]); print(out.getvalue())
print(list(csv.reader(["a|b", "c|d"], delimiter="|")), csv.Sniffer().sniff("a;b;c\n1;2;3\n").delimiter)
""",
        "[['a', 'b,c', 'd'], ['1', '2\\n3', '4']]\nx,y\n1,a b\n\"\"\"\",\n\n[['a', 'b'], ['c', 'd']] ;\n",
    ),
    Honest(
        "configparser",
        r"""
import configparser
c = configparser.ConfigParser(); c.read_string("[db]\nhost = local\nport = 5432\nurl = %(host)s:%(port)s\n[x]\nflag = yes\n")
print(c.sections(), c["db"]["url"], c.getint("db", "port"), c.getboolean("x", "flag"), c.get("x", "none", fallback="-"))
""",
        "['db', 'x'] local:5432 5432 True -\n",
    ),
    Honest(
        "tomllib",
        r"""
import tomllib
print(tomllib.loads('title = "x"\n[a.b]\nn = [1, 2.5, true]\nd = 2024-01-02\n[[list]]\nk = 1\n[[list]]\nk = 2\n'))
""",
        "{'title': 'x', 'a': {'b': {'n': [1, 2.5, True], 'd': datetime.date(2024, 1, 2)}}, 'list': [{'k': 1}, {'k': 2}]}\n",
    ),
    Honest(
        "xml",
        """
import xml.etree.ElementTree as ET
root = ET.fromstring("<r a='1'><x>one</x><x>two<y/></x></r>")
print([x.text for x in root.iter("x")], root.attrib, root.find("x/y") is not None)
e = ET.Element("p", id="5"); ET.SubElement(e, "q").text = "<&>"; print(ET.tostring(e, encoding="unicode"))
""",
        """\
['one', 'two'] {'a': '1'} True
<p id="5"><q>&lt;&amp;&gt;</q></p>
""",
    ),
    Honest(
        "html",
        """
import html
from html.parser import HTMLParser
class P(HTMLParser):
    def handle_starttag(self, tag, attrs): print("start", tag, dict(attrs))
    def handle_data(self, data): print("data", repr(data))
P().feed("<p class='a'>x &amp; y<br></p>"); print(html.escape("<a href='x'>"), html.unescape("&lt;&eacute;&#65;"))
""",
        """\
start p {'class': 'a'}
data 'x & y'
start br {}
&lt;a href=&#x27;x&#x27;&gt; <éA
""",
    ),
    Honest(
        "urllib.parse",
        """
from urllib.parse import urlparse, urlencode, quote, unquote, parse_qs, urljoin
u = urlparse("https://user@host:80/p/a;x?q=1&q=2#frag"); print(u.hostname, u.port, u.path, u.query, u.fragment, parse_qs(u.query))
print(urlencode({"a": "b c", "d": [1, 2]}, doseq=True), quote("a/b é"), unquote("%C3%A9+"), urljoin("http://x/a/b", "../c"))
""",
        """\
host 80 /p/a q=1&q=2 frag {'q': ['1', '2']}
a=b+c&d=1&d=2 a/b%20%C3%A9 é+ http://x/c
""",
    ),
    Honest(
        "base64 and binascii",
        r"""
import base64, binascii
print(base64.b64encode(b"hello\xff"), base64.b64decode("aGVsbG8="), base64.urlsafe_b64encode(b"\xfb\xff"), base64.b32encode(b"abc"), base64.b16encode(b"\x0f"), base64.b85encode(b"test"), binascii.crc32(b"hello"), binascii.hexlify(b"\x01\xab"))
""",
        "b'aGVsbG//' b'hello' b'-_8=' b'MFRGG===' b'0F' b'bY*jN' 907060870 b'01ab'\n",
    ),
    Honest(
        "hashlib and hmac",
        r"""
import hashlib, hmac
print(hashlib.md5(b"a").hexdigest(), hashlib.sha1(b"a").hexdigest(), hashlib.sha256(b"abc").hexdigest(), sep="\n")
h = hashlib.sha512(); h.update(b"ab"); h.update(b"c"); print(h.hexdigest()[:32], hashlib.blake2b(b"x", digest_size=8).hexdigest(), hashlib.sha3_256(b"").hexdigest()[:16])
print(hmac.new(b"key", b"message", "sha256").hexdigest(), hashlib.pbkdf2_hmac("sha256", b"pw", b"salt", 1000).hex()[:16])
""",
        """\
0cc175b9c0f1b6a831c399e269772661
86f7e437faa5a7fce15d1ddcb9eaeaea377667b8
ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
ddaf35a193617abacc417349ae204131 4adf4367f96e584f a7ffc6f8bf1ed766
6e9ef29b75fffc5b7abae527d58fdadb2fe42e7219011976917343065f58ed4a 0a38253555ce37f5
""",
    ),
    Honest(
        "zlib and gzip",
        """
import gzip, zlib
data = b"spam and eggs " * 100
packed = zlib.compress(data, 9); print(zlib.decompress(packed) == data, len(packed) < 60, zlib.crc32(b"hello"), zlib.adler32(b"hello"), gzip.decompress(gzip.compress(data)) == data)
try:
    zlib.decompress(b"not zlib")
except zlib.error:
    print("zlib.error")
""",
        """\
True True 907060870 103547413 True
zlib.error
""",
    ),
    Honest(
        "bz2 and lzma",
        """
import bz2, lzma
data = bytes(range(256)) * 20
print(bz2.decompress(bz2.compress(data)) == data, lzma.decompress(lzma.compress(data)) == data)
""",
        "True True\n",
        needs=("bz2", "lzma"),
    ),
    Honest(
        "struct",
        r"""
import struct
packed = struct.pack(">IhB4sf", 1, -2, 255, b"abcd", 1.5); print(packed.hex(), struct.unpack(">IhB4sf", packed), struct.calcsize("<qb"), list(struct.iter_unpack("<H", b"\x01\x00\x02\x00")))
try:
    struct.pack("B", 256)
except struct.error:
    print("struct.error")
""",
        """\
00000001fffeff616263643fc00000 (1, -2, 255, b'abcd', 1.5) 9 [(1,), (2,)]
struct.error
""",
    ),
    Honest(
        "array",
        """
from array import array
a = array("i", [3, 1, 2]); a.append(7); a.extend(range(2)); print(a, a.itemsize, sum(a), a.index(7), array("d", [1.5]).tobytes().hex(), a[1:3].tolist()); a.byteswap(); print(a[0])
""",
        """\
array('i', [3, 1, 2, 7, 0, 1]) 4 14 3 000000000000f83f [1, 2]
50331648
""",
    ),
    Honest(
        "copy",
        """
import copy
class N:
    def __init__(self): self.items = [1]; self.me = self
    def __copy__(self): n = N(); n.items = self.items; return n
a = N(); b = copy.copy(a); c = copy.deepcopy(a); a.items.append(2)
print(b.items, c.items, c.me is c, copy.copy([1, [2]]), copy.deepcopy({"a": (1, [2])}))
""",
        "[1, 2] [1] True [1, [2]] {'a': (1, [2])}\n",
    ),
    Honest(
        "operator",
        """
import operator as op
print(op.itemgetter(1, 0)("ab"), op.attrgetter("real")(3), op.methodcaller("upper")("x"), op.add(1, 2), sorted([(1, "b"), (0, "c")], key=op.itemgetter(1)), op.concat([1], [2]), op.indexOf("abc", "c"), op.truth([]), op.index(True))
""",
        "('b', 'a') 3 X 3 [(1, 'b'), (0, 'c')] [1, 2] 2 False 1\n",
    ),
    Honest(
        "uuid",
        """
import uuid
print(uuid.uuid5(uuid.NAMESPACE_DNS, "python.org"), uuid.uuid3(uuid.NAMESPACE_URL, "x"), uuid.UUID(int=5), uuid.UUID("12345678123456781234567812345678").version, uuid.uuid4().version)
""",
        "886313e1-3b8a-5372-9b90-0c9aee199e5d 60a7f89c-e446-309c-8b4f-460bfdfd0dee 00000000-0000-0000-0000-000000000005 None 4\n",
    ),
    Honest(
        "logging",
        """
import logging, io
stream = io.StringIO()
logging.basicConfig(stream=stream, level=logging.INFO, format="%(levelname)s:%(name)s:%(message)s")
log = logging.getLogger("app.part"); log.info("started %d", 5); log.debug("hidden"); log.warning("careful")
try:
    1 / 0
except ZeroDivisionError:
    log.exception("failed")
print(stream.getvalue().splitlines()[:4], log.parent.name, log.isEnabledFor(logging.DEBUG))
""",
        "['INFO:app.part:started 5', 'WARNING:app.part:careful', 'ERROR:app.part:failed', 'Traceback (most recent call last):'] root False\n",
    ),
    Honest(
        "warnings",
        """
import warnings
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always"); warnings.warn("old", DeprecationWarning); warnings.warn("plain")
print([(w.category.__name__, str(w.message)) for w in seen])
with warnings.catch_warnings():
    warnings.simplefilter("error")
    try:
        warnings.warn("now an error")
    except UserWarning as error:
        print("raised", error)
""",
        """\
[('DeprecationWarning', 'old'), ('UserWarning', 'plain')]
raised now an error
""",
    ),
)
