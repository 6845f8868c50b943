"""The WebAssembly image behind `sandboxes.wasm`: an interpreter that is ready before it starts.

CPython takes 50 ms to start and 200 ms to import the usual modules in WebAssembly. So that is done
once: the interpreter is started, modules are imported, and its memory becomes the initial memory
of a new module, which is compiled and cached. A fresh instance of that takes 0.3 ms to make.

The binary offers no way in after its start, so `open_up` makes one. It is pinned by digest, and
with it the numbers of its functions and the places of its variables.
"""

from __future__ import annotations

import struct

__all__ = ["DIGEST", "FUEL_PER_SECOND", "PAGE", "REPLY", "STACK", "boot", "freeze", "open_up"]

#: CPython 3.12.0 of VMware's webassembly-language-runtimes, release python/3.12.0+20231211-040d5a6.
DIGEST = "e5dc5a398b07b54ea8fdb503bf68fb583d533f10ec3f930963e02b9505f7a763"
_IMPORTS = 43  # imported functions: they come first in the numbering
_START = 43  # `_start`, with `main` and `Py_RunMain` inlined
_RUN_STRING = 4056  # `PyRun_SimpleStringFlags`

#: Where the main thread's state counts the C frames it may still enter, and the count there.
C_FRAMES_AT = 0x3DF4D8
C_FRAMES_FOUND = 500
#: WASI builds allow so few because their stack is half a MiB: a memoised function ends at depth
#: 165. Here the stack is moved to the end of the memory, and the limit is that of CPython 3.12 on
#: Linux; a C frame takes 3 to 4 KiB.
C_FRAMES = 10_000
STACK = 64 * 2**20
PAGE = 65536
#: Fuel that counts as a second, for time limits and for the guest's clock (5 to 11e9 measured).
FUEL_PER_SECOND = 8_000_000_000
#: A worker's reply: status (its place in `STATUSES`), exit code or -1, signal or 0, cost, CPU
#: seconds, wall seconds, peak MiB, whether stdout and stderr were cut, and their sizes.
REPLY = struct.Struct("!BhBQddd??II")

_MODULES = """
    __future__ abc argparse array ast asyncio base64 binascii bisect builtins calendar cmath codecs
    collections collections.abc concurrent.futures contextlib copy csv dataclasses datetime decimal
    difflib dis enum errno fnmatch fractions functools gc glob hashlib heapq hmac html inspect io
    itertools json keyword linecache locale logging math numbers operator os pathlib pickle
    platform pprint queue random re secrets shutil signal statistics string struct sys tempfile
    textwrap threading time timeit tokenize traceback types typing unicodedata unittest
    urllib.parse uuid warnings weakref zlib zoneinfo
"""

# `run` ends every program. Like the other backends it leaves without tearing the interpreter
# down, after what the program asked to have done at exit.
_BOOT = """
import sys
sys.path[:] = [path for path in sys.path if path]
for name in {modules!r}.split():
    __import__(name)
import atexit, gc, os
from types import ModuleType

for name, text in {sources!r}.items():
    sys.modules[name] = ModuleType(name)
    exec(compile(text, name + ".py", "exec"), sys.modules[name].__dict__)
sys.modules.pop("sandbox_guest").main()

def status(code):
    if code is None or isinstance(code, int):
        return (code or 0) & 255
    print(code, file=sys.stderr)
    return 1

def run(path, arguments, leave=os._exit, finish=atexit._run_exitfuncs):
    main = ModuleType("__main__")
    main.__dict__.update(__file__=path, __builtins__=__builtins__)
    sys.modules["__main__"] = main
    sys.argv = [path, *arguments]
    code = 1
    try:
        try:
            with open(path, "rb") as file:
                text = file.read()
            exec(compile(text, path, "exec"), main.__dict__)
            code = 0
        except SystemExit as error:
            code = status(error.code)
        except BaseException as error:
            error = error.with_traceback(error.__traceback__.tb_next)
            sys.excepthook(type(error), error, error.__traceback__)
        finish()
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    finally:
        leave(code)

sys.modules["sandbox_entry"] = ModuleType("sandbox_entry")
sys.modules["sandbox_entry"].run = run
os.chdir("/tmp")
sys.path.insert(0, "/tmp")
sys.path_importer_cache.clear()
del name, text
os.environ.clear()
gc.collect()
gc.freeze()
"""


def boot(sources: dict[str, str]) -> str:
    """Return the program that prepares the interpreter.

    Args:
        sources: Further modules by name, for programs to import; and `sandbox_guest`, which
            is run and forgotten.
    """
    return _BOOT.format(modules=_MODULES, sources=sources)


def command(path: str, arguments: list[str]) -> bytes:
    """Return the words that make the prepared interpreter run a file."""
    return b"import sandbox_entry; sandbox_entry.run(%s, %s)\0" % (
        ascii(path).encode(),
        ascii(arguments).encode(),
    )


def _leb(data: bytes, at: int) -> tuple[int, int]:
    """Read an unsigned LEB128 number; return it and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def _number(value: int, *, signed: bool = False) -> bytes:
    """Write a LEB128 number."""
    out = bytearray()
    while not (-64 <= value < 64 if signed else value < 128):
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value & 127])


def _sections(wasm: bytes) -> dict[int, bytes]:
    """Return a module's sections by kind, in order, without the custom ones (names, DWARF)."""
    found, at = {}, 8
    while at < len(wasm):
        kind = wasm[at]
        size, at = _leb(wasm, at + 1)
        if kind:
            found[kind] = wasm[at : at + size]
        at += size
    return found


def _assemble(sections: dict[int, bytes]) -> bytes:
    parts = [bytes([kind]) + _number(len(body)) + body for kind, body in sections.items()]
    return b"\0asm\1\0\0\0" + b"".join(parts)


def open_up(wasm: bytes) -> bytes:
    """Make `_start` stop before its program, and export what starts one afterwards.

    The body of `PyRun_SimpleStringFlags` moves to the end under the name "run". Its place takes a
    trap, which `_start` meets when the interpreter is ready and no Python frame exists.
    """
    sections = _sections(wasm)
    types, codes = sections[3], sections[10]
    count, first = _leb(types, 0)
    at = first
    for _ in range(_RUN_STRING - _IMPORTS + 1):
        kind, at = _leb(types, at)
    total, body = _leb(codes, 0)
    at = body
    for _ in range(_RUN_STRING - _IMPORTS):
        size, at = _leb(codes, at)
        at += size
    size, inner = _leb(codes, at)
    end = inner + size
    exports = [("memory", 2, 0), ("stack", 3, 0), ("_start", 0, _START)]
    exports.append(("run", 0, _IMPORTS + count))
    listed = [
        _number(len(name)) + name.encode() + bytes([what]) + _number(index)
        for name, what, index in exports
    ]
    trap = b"\3\0\0\x0b"
    sections |= {
        3: _number(count + 1) + types[first:] + _number(kind),
        7: _number(len(listed)) + b"".join(listed),
        10: _number(total + 1) + codes[body:at] + trap + codes[end:] + codes[at:end],
    }
    return _assemble(sections)


def freeze(wasm: bytes, memory: bytes, size: int, stack: int) -> bytes:
    """Make a memory and a stack pointer the initial ones of an opened module.

    Args:
        wasm: What `open_up` returned.
        memory: The content up to where only zeros follow.
        size: Bytes of memory in all.
        stack: The stack pointer.
    """
    parts, at, empty = [], 0, bytes(4096)
    while at < len(memory):
        end = at
        while end < len(memory) and memory[end : end + 4096] != empty:
            end += 4096
        if end > at:
            body = memory[at:end]
            where = b"\0\x41" + _number(at, signed=True) + b"\x0b"
            parts.append(where + _number(len(body)) + body)
        at = end + 4096
    sections = _sections(wasm) | {
        5: b"\1\0" + _number(size // PAGE),
        6: b"\1\x7f\1\x41" + _number(stack, signed=True) + b"\x0b",
        11: _number(len(parts)) + b"".join(parts),
    }
    return _assemble(sections)
