"""Canonical bytes and canonical JSON: one value, one encoding, on every machine.

Hashes cover `encode`, files hold `dump_json`. Reading is strict: whatever `dump_json` would not
have written byte for byte is refused, so that a file has no slack to hide a change in.
"""

import json
import struct
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, NoReturn

import numpy as np
from gymnasium import spaces

from benchmarks.errors import MalformedError, UsageError
from synth_envs.core import Json

__all__ = ["Chain", "action_from_json", "action_to_json", "dump_json", "encode", "load_json"]

_NUMERIC = (spaces.Discrete, spaces.MultiDiscrete, spaces.MultiBinary, spaces.Box)


def encode(value: Any) -> bytes:
    """The bytes of a value for hashing: type-tagged and length-prefixed, so nothing collides.

    Text may hold lone surrogates. Arrays keep their dtype and shape and are little-endian.

    Raises:
        TypeError: The value has no canonical encoding.
    """
    if value is None:
        return b"n"
    if isinstance(value, bool | np.bool_):
        return b"t" if value else b"f"
    if isinstance(value, int | np.integer):
        return b"i%d;" % int(value)
    if isinstance(value, float | np.floating):
        return b"d" + struct.pack("<d", float(value))
    if isinstance(value, str):
        payload = value.encode("utf-8", "surrogatepass")
        return b"s%d:%b" % (len(payload), payload)
    if isinstance(value, bytes):
        return b"b%d:%b" % (len(value), value)
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        dtype = value.dtype.newbyteorder("<")
        payload = np.ascontiguousarray(value, dtype=dtype).tobytes()
        head = f"{dtype.str}{list(value.shape)}".encode()
        return b"a%d:%b%d:%b" % (len(head), head, len(payload), payload)
    if isinstance(value, Mapping):
        items = b"".join(encode(key) + encode(value[key]) for key in sorted(value))
        return b"m%d:%b" % (len(value), items)
    if isinstance(value, list | tuple):
        return b"l%d:%b" % (len(value), b"".join(map(encode, value)))
    msg = f"no canonical encoding for {type(value).__name__}"
    raise TypeError(msg)


class Chain:
    """A hash chain over an episode: each link covers everything before it.

    Args:
        header: What the episode is: source hash, environment, arguments, seed, options.
    """

    def __init__(self, *header: Any) -> None:
        self._last = _digest(encode(header))
        self.links: list[str] = []

    def add(self, *values: Any) -> None:
        """Append the link of one reset (observation) or step (action, observation, outcome)."""
        self._last = _digest(self._last + encode(values))
        self.links.append(self._last.hex())


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()


def dump_json(value: Json, *, indent: int | None = None) -> str:
    """The one JSON text of a value: sorted keys, ASCII, no NaN, a final newline.

    Raises:
        ValueError: A number is not finite.
    """
    separators = (",", ": ") if indent else (",", ":")
    text = json.dumps(value, sort_keys=True, allow_nan=False, indent=indent, separators=separators)
    return text + "\n"


def load_json(data: bytes, where: str, *, indent: int | None = None) -> Json:
    """Read untrusted JSON that must be exactly what `dump_json` writes.

    Raises:
        MalformedError: The bytes are not canonical JSON; `where` names them in the message.
    """
    try:
        value = json.loads(
            data.decode("ascii"), object_pairs_hook=_unique, parse_constant=_refuse_constant
        )
        canonical = dump_json(value, indent=indent).encode()
    except RecursionError:
        msg = f"{where}: nested too deeply"
        raise MalformedError(msg) from None
    except ValueError as error:  # syntax, encoding, huge integers, infinities
        msg = f"{where}: not valid JSON ({error})"
        raise MalformedError(msg) from None
    if canonical != data:
        msg = f"{where}: not in the form that 'run' writes (it was edited or reformatted)"
        raise MalformedError(msg)
    return value


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    result = dict(pairs)
    if len(result) != len(pairs):
        msg = "an object has a duplicate key"
        raise ValueError(msg)
    return result


def _refuse_constant(name: str) -> NoReturn:
    msg = f"{name} is not a JSON number"
    raise ValueError(msg)


def action_to_json(space: spaces.Space[Any], action: Any) -> tuple[Json, Any]:
    """An action as JSON, and the action that this JSON stands for.

    The second is what must be executed: a text with two lone surrogates that happen to form a
    pair, for instance, comes back from JSON as another text.

    Raises:
        UsageError: The action has the wrong type for its space, or is not finite.
    """
    if isinstance(space, spaces.Text):
        if not isinstance(action, str):
            msg = f"the policy gave {type(action).__name__} where text is expected"
            raise UsageError(msg)
        text = action if action.isascii() else json.loads(json.dumps(action))
        return text, text
    if not isinstance(space, _NUMERIC):
        msg = f"cannot record actions of {type(space).__name__} spaces"
        raise UsageError(msg)
    try:
        array = np.asarray(action, dtype=space.dtype)
        values = array.tolist()
        dump_json(values)
    except (TypeError, ValueError) as error:
        msg = f"the policy gave an action that cannot be recorded: {error}"
        raise UsageError(msg) from None
    if array.shape != (space.shape or ()):
        msg = f"the policy gave an action of shape {array.shape}, expected {space.shape}"
        raise UsageError(msg)
    if not isinstance(space, spaces.Box) and not space.contains(array):
        msg = f"the policy gave the action {values}, which is not in {space}"
        raise UsageError(msg)
    return values, array


def action_from_json(space: spaces.Space[Any], value: Json) -> Any:
    """The action that untrusted JSON stands for.

    Raises:
        MalformedError: It is not what `action_to_json` writes for this space.
    """
    try:
        if isinstance(space, _NUMERIC) and isinstance(value, str | dict):
            msg = "an action must be a number or nested lists of numbers"
            raise MalformedError(msg)
        again, action = action_to_json(space, value)
    except (UsageError, OverflowError) as error:
        raise MalformedError(str(error)) from None
    if dump_json(again) != dump_json(value):
        msg = "an action is not an element of its space"
        raise MalformedError(msg)
    return action
