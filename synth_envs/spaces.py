"""A text space for language: any string, checked in constant time.

`gymnasium.spaces.Text` accepts only letters and digits by default, checks every character in a
Python loop, and loses its content silently in `AsyncVectorEnv`'s shared memory.
"""

import copy
import string
from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.error import CustomSpaceError
from gymnasium.vector.utils import create_shared_memory

__all__ = ["Unicode", "space_name"]

_SAMPLE_LENGTH = 64


class Unicode(spaces.Text):
    """Every string of at most `max_length` characters, in any script, the empty one included.

    Being a `Text`, it keeps Gymnasium's batching, flattening and serialisation. `flatten` encodes
    over `string.printable` and raises `KeyError` for other characters.

    Args:
        max_length: The largest number of characters (code points).
        seed: Seed for `sample`.
    """

    def __init__(self, max_length: int, *, seed: int | np.random.Generator | None = None) -> None:
        super().__init__(max_length, min_length=0, charset=string.printable, seed=seed)

    def contains(self, x: Any) -> bool:
        """Whether `x` is a string that is short enough; O(1)."""
        return isinstance(x, str) and len(x) <= self.max_length

    def sample(self, mask: Any = None, probability: Any = None) -> str:
        """Printable noise of at most 64 characters, so that sampling stays cheap."""
        if mask is not None or probability is not None:
            return super().sample(mask, probability)
        length = int(self.np_random.integers(0, min(self.max_length, _SAMPLE_LENGTH) + 1))
        letters = self.np_random.integers(0, len(self.character_list), size=length)
        return "".join(self.character_list[i] for i in letters)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Unicode":
        """A copy that shares the character tables; batching makes one for each environment."""
        clone = copy.copy(self)
        clone.__dict__["_np_random"] = copy.deepcopy(self._np_random, memo)
        return clone

    def __repr__(self) -> str:
        """The constructor call."""
        return f"Unicode({self.max_length})"

    def __eq__(self, other: object) -> bool:
        """Equal when both accept the same strings."""
        return isinstance(other, Unicode) and self.max_length == other.max_length

    __hash__ = None  # type: ignore[assignment]


@create_shared_memory.register(Unicode)
def _refuse_shared_memory(space: Unicode, n: int = 1, ctx: Any = None) -> None:
    del space, n, ctx
    msg = (
        "text does not fit AsyncVectorEnv's shared memory (it would arrive as '000...'): "
        "pass vector_kwargs={'shared_memory': False}, or use the native vector environment"
    )
    raise CustomSpaceError(msg)


def space_name(space: spaces.Space[Any]) -> str:
    """Return a space in few words: of many bounds, only the outermost.

    >>> space_name(spaces.Box(np.array([0.0, -1.0]), np.array([1.0, 5.0]), dtype=np.float64))
    'Box(-1.0, 5.0, (2,), float64)'
    """
    if isinstance(space, spaces.MultiDiscrete):
        return f"MultiDiscrete({len(space.nvec)} x {int(space.nvec[0])})"
    if isinstance(space, spaces.Box):
        return f"Box({space.low.min()}, {space.high.max()}, {space.shape}, {space.dtype})"
    if isinstance(space, spaces.Dict):
        return ", ".join(f"{name}: {space_name(one)}" for name, one in space.spaces.items())
    return str(space)
