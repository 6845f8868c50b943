"""Mends Python for WASI: runs in the guest, once, before the image is made (standard library only).

What is missing there only because nobody filled it in is filled in: `asyncio` (without sockets
and threads), `hashlib.pbkdf2_hmac` (OpenSSL's elsewhere) and the clocks of processor time.
"""

import asyncio.selector_events
import hashlib
import hmac
import selectors
import time
from collections.abc import Callable
from typing import Any


def _no_pipe(loop: Any) -> None:
    """Stand for the pipe by which threads and signals wake a loop: there are none."""


def _wait_for_ever() -> None:
    """Wait as a loop does for which nothing can happen any more."""
    while True:
        time.sleep(3600)


def _mend_asyncio() -> None:
    for name in ("_make_self_pipe", "_close_self_pipe", "_write_to_self"):
        setattr(asyncio.selector_events.BaseSelectorEventLoop, name, _no_pipe)

    class Selector(selectors.SelectSelector):
        def select(self, timeout: float | None = None) -> Any:
            if timeout is None and not self.get_map():
                _wait_for_ever()
            return super().select(timeout)

    changed: Any = selectors
    changed.DefaultSelector = Selector


def _pbkdf2_hmac(
    hash_name: str, password: bytes, salt: bytes, iterations: int, dklen: int | None = None
) -> bytes:
    """Derive a key from a password by PBKDF2 (RFC 8018)."""
    if not isinstance(hash_name, str):
        raise TypeError(hash_name)
    size = hashlib.new(hash_name).digest_size
    wanted = size if dklen is None else dklen
    if iterations < 1 or wanted < 1:
        message = "iterations and key length must be positive"
        raise ValueError(message)
    empty = hmac.new(bytes(password), None, hash_name)

    def keyed(text: bytes) -> bytes:
        one = empty.copy()
        one.update(text)
        return one.digest()

    key = b""
    for block in range(1, -(-wanted // size) + 1):
        last = keyed(bytes(salt) + block.to_bytes(4, "big"))
        mixed = int.from_bytes(last, "big")
        for _ in range(iterations - 1):
            last = keyed(last)
            mixed ^= int.from_bytes(last, "big")
        key += mixed.to_bytes(size, "big")
    return key[:wanted]


def _mend_clocks(raw: Callable[[], int]) -> None:
    """Count processor time in seconds: the C library counts nanoseconds, Python hundredths."""

    def process_time_ns() -> int:
        return raw() // 10**7

    def process_time() -> float:
        return raw() / 10**16

    clocks: Any = time
    clocks.process_time_ns = clocks.thread_time_ns = process_time_ns
    clocks.process_time = clocks.thread_time = process_time


def main() -> None:
    """Mend the modules of this interpreter."""
    _mend_asyncio()
    hashlib.pbkdf2_hmac = _pbkdf2_hmac  # type: ignore[assignment]
    _mend_clocks(time.process_time_ns)
