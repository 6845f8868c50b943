"""Our own attacks on what earlier programs left in the memory that later ones start with."""

from __future__ import annotations

import secrets

from sandboxes.base import Limits, Profile, Program, Sandbox
from sandboxes.conformance.case import ANY, OK, Case, judge, witness
from sandboxes.conformance.prelude import PRELUDE

__all__ = ["REMNANTS"]

#: A search through memory takes its time.
_SEARCH = Limits(cpu_s=5.0, wall_s=15.0, memory_mb=64)
_WALK_MEMORY = """
import gc, sys
seen, frame = [], sys._getframe()
while frame:
    seen += [frame.f_locals, frame.f_globals]
    frame = frame.f_back
for one in [*seen, *gc.get_objects()]:
    values = one.values() if type(one) is dict else one if type(one) in (list, tuple, set) else ()
    for value in list(values):
        text = bytes(value) if type(value) in (bytearray, memoryview, bytes) else value
        text = text.encode("utf-8", "replace") if type(text) is str else text
        at = text.find(b"sek" + b"ret-") if type(text) is bytes else -1
        if at >= 0 and type(text) is bytes:
            print("walked", text[at + 7 : at + 23].decode("latin-1"))
"""
# Pages are passed through a pipe: the kernel refuses those that are not mapped, so the search
# cannot crash. The heap ends at sbrk(0); the addresses of objects tell where arenas are.
_SCAN_MEMORY = (
    PRELUDE
    + """
import gc, re
receive, send = os.pipe()
_libc.sbrk.restype = ctypes.c_void_p
_libc.write.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t]
found, wanted = set(), re.compile(b"sek" + b"ret-([0-9a-f]{16})")

def scan(address, count):
    before = b""
    for _ in range(count):
        if _libc.write(send, address, 4096) == 4096:
            data = os.read(receive, 4096)
            found.update(wanted.findall(before[-32:] + data))
            before = data
        else:
            before = b""
        address += 4096

top = _libc.sbrk(0) & ~4095
scan(top - (4096 << 12), 4096)
near = {id(one) >> 24 for one in gc.get_objects()} | {id(str(n)) >> 24 for n in range(5000)}
for part in near | {one - 1 for one in near} | {one + 1 for one in near}:
    scan(part << 24, 4096)
for word in sorted(found):
    print("scanned", word.decode())
"""
)


def _memory_of_runs(number: str, title: str, search: str, profile: Profile = "strict") -> Case:
    """A program's own text, input and arguments must be gone when the next program runs."""

    def check(sandbox: Sandbox) -> str | None:
        words = [secrets.token_hex(8) for _ in range(4)]
        texts = [f"sekret-{word}" for word in words]
        source = f"# {texts[0]} {'x' * 3000}\nkept = ['{texts[3]}' * 50 for _ in range(99)]\n"
        files = {"data": f"{texts[1]}"}
        for _ in range(3):
            first = Program(source, stdin=texts[2], argv=(texts[2],), files=files)
            if found := judge(sandbox.run(first), OK):
                return found
        seen = sandbox.run(Program(search, limits=_SEARCH))
        for word, what in zip(words, ("source", "file", "input", "memory"), strict=True):
            if word in seen.out:
                return f"the {what} of an earlier program is in the memory of a later one"
        return judge(seen, ANY) or witness(sandbox)

    return Case(number, title, "tampering", check, profile)


REMNANTS: tuple[Case, ...] = (
    _memory_of_runs("N200", "search objects for an earlier program", _WALK_MEMORY),
    _memory_of_runs("N201", "search memory for an earlier program", _SCAN_MEMORY),
    _memory_of_runs("N201f", "search memory for an earlier program", _SCAN_MEMORY, "fork"),
)
