"""Arrays that kernels find by address, where handing them over costs more than the work.

Numba takes about a tenth of a microsecond to unpack an array argument, whatever its size. A simulator
of one episode whose step is faster than that keeps a table of its arrays' addresses, and hands over
one number. The arrays must outlive the table and stay where they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
from numba import types
from numba.extending import intrinsic

__all__ = ["booleans", "doubles", "floats", "integers", "table_of", "words"]


def _pointer_to(kind: Any) -> Callable[[int], Any]:
    """Return what turns an address into a pointer inside kernels, for `numba.carray`."""

    def pointer(typing: Any, address: Any) -> Any:
        del typing, address
        signature = types.CPointer(kind)(types.intp)

        def generate(context: Any, builder: Any, made: Any, arguments: Any) -> Any:
            return builder.inttoptr(arguments[0], context.get_value_type(made.return_type))

        return signature, generate

    return cast("Callable[[int], Any]", intrinsic(pointer))


booleans = _pointer_to(types.boolean)
doubles = _pointer_to(types.float64)
floats = _pointer_to(types.float32)
integers = _pointer_to(types.int64)
words = _pointer_to(types.uint64)


def table_of(arrays: Sequence[np.ndarray], sizes: Sequence[int]) -> np.ndarray:
    """Return the addresses of arrays, and after them sizes, int64 (len(arrays) + len(sizes),).

    Raises:
        ValueError: An array's entries are not neighbours in memory.
    """
    for place, array in enumerate(arrays):
        if not array.flags.c_contiguous:
            msg = f"array {place} is not contiguous"
            raise ValueError(msg)
    return np.array([*(array.ctypes.data for array in arrays), *sizes], np.int64)
