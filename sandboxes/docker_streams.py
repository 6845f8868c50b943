"""How a container's worker is spoken to: over a socket of the host's, or over attached streams.

The socket is the faster way, by several wake-ups for each program: nobody stands in between. It
needs an engine on this machine that may mount a folder of ours. The streams go through the engine
and need nothing else, so they also work with gVisor, SELinux and an engine somewhere else.
"""

from __future__ import annotations

import os
import select
import shutil
import socket
import tempfile
import time
from pathlib import Path
from typing import Any

from sandboxes.base import SandboxError

__all__ = ["AttachedSocket", "Door"]

_MOST_WORDS = 4000
#: The engine's frames: bytes of a head, and the number of standard output.
_FRAME, _STDOUT = 8, 1


class AttachedSocket(socket.socket):
    """Takes the engine's frames off a container's output; keeps what it says on stderr.

    A frame is the stream's number, three zeros, the length (big-endian), and the bytes.
    """

    def __init__(self, stream: Any) -> None:
        """Take over the connection that `attach_socket` gave."""
        # Of our own, so that reading needs nothing of the SDK's response object.
        super().__init__(fileno=os.dup(stream.fileno()))
        # The SDK hangs the response, which owns the connection, on the stream.
        getattr(stream, "_response", stream).close()
        self._buffer = bytearray()
        self._stream = self._left = 0
        self._words = b""

    def recv_into(self, buffer: Any, _nbytes: int = 0, _flags: int = 0) -> int:
        """Fill the buffer with what there is of standard output; 0 at the end of the stream."""
        for _ in range(8):
            if got := self._take(buffer):
                return got
            chunk = self.recv(2**18)
            if not chunk:
                return 0
            self._buffer += chunk
        if got := self._take(buffer):
            return got
        # So much on the other stream: whoever waits shall look at the clock.
        raise BlockingIOError

    def _take(self, buffer: Any) -> int:
        """Fill the buffer from what was received; 0 if none of it is standard output."""
        while (self._left and self._buffer) or len(self._buffer) >= _FRAME:
            if not self._left:
                self._stream = self._buffer[0]
                self._left = int.from_bytes(self._buffer[4:_FRAME], "big")
                del self._buffer[:_FRAME]
                continue
            part = self._buffer[: min(self._left, len(self._buffer))]
            if self._stream == _STDOUT:
                part = part[: len(buffer)]
                buffer[: len(part)] = part
            else:
                self._words = (self._words + part)[-_MOST_WORDS:]
            del self._buffer[: len(part)]
            self._left -= len(part)
            if self._stream == _STDOUT:
                return len(part)
        return 0

    def ended(self) -> bool:
        """Read what there is, without waiting; return whether that was the end."""
        self.settimeout(0)
        try:
            while self.recv_into(bytearray(2**12)):
                continue
        except OSError as error:
            return not isinstance(error, BlockingIOError)
        return True

    def words(self) -> str:
        """Return the end of what came on standard error so far."""
        self.ended()
        return self._words.decode("utf-8", "replace").strip()


class Door:
    """A socket in a folder that a container can mount; one worker comes in, then it is gone.

    Attributes:
        folder: What to mount.
    """

    #: The socket's name in the folder.
    name = "worker"

    def __init__(self) -> None:
        """Listen; raises OSError where no socket can be made."""
        # The inner folder is open to the container's user, the outer one to nobody else here.
        self._outer = Path(tempfile.mkdtemp(prefix="synth-envs-"))
        self.folder = self._outer / "door"
        self._listener = socket.socket(socket.AF_UNIX)
        try:
            self.folder.mkdir()
            self.folder.chmod(0o711)
            self._listener.bind(str(self.folder / self.name))
            (self.folder / self.name).chmod(0o666)
            self._listener.listen(1)
        except BaseException:
            self.close()
            raise

    def accept(self, beside: AttachedSocket, deadline: float) -> socket.socket:
        """Return the connection of the worker.

        Args:
            beside: Ends if the container ends.
            deadline: When to give up.

        Raises:
            SandboxError: Nobody came.
        """
        poll = select.poll()
        poll.register(self._listener, select.POLLIN)
        poll.register(beside, select.POLLIN)
        while (left := deadline - time.monotonic()) > 0:
            ready = [fd for fd, _ in poll.poll(left * 1000)]
            if self._listener.fileno() in ready:
                return self._listener.accept()[0]
            if ready and beside.ended():
                break
        msg = "the worker did not connect to the socket that was mounted for it"
        raise SandboxError(msg)

    def close(self) -> None:
        """Stop listening and remove the folders."""
        self._listener.close()
        shutil.rmtree(self._outer, ignore_errors=True)
