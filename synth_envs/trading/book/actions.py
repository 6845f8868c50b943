"""From an agent's action to the message that goes to the exchange."""

from __future__ import annotations

import numpy as np

from synth_envs.kernels.jit import kernel
from synth_envs.trading.book import layout as at
from synth_envs.trading.book.flow import highest_bid, lowest_ask

__all__ = ["EXECUTION_ACTIONS", "MAKING_OFFSETS", "execution_message", "making_message", "price_at"]

#: How far behind the best price of its side a quote may be asked for, in ticks.
FARTHEST = 8
#: The commands of the discrete execution task.
EXECUTION_ACTIONS = (
    "keep", "cancel", "join", "improve", "behind", "market-slice", "market-4-slices", "market-all",
)  # fmt: skip
#: Ticks behind the best price in the discrete market-making task; -1 improves it, 99 is no quote.
MAKING_OFFSETS = (-1, 0, 1, 3, 99)
_NO_QUOTE = 99


@kernel
def price_at(state: np.ndarray, side: int, offset: int) -> int:
    """Return the price so many ticks behind the best one of a side; never one that would trade.

    With a side empty, its best price counts as one tick from the other side's, or from the mid price.
    """
    bid, ask = highest_bid(state), lowest_ask(state)
    if state[at.BID_LOTS] == 0:
        bid = ask - 1
    if state[at.ASK_LOTS] == 0:
        ask = bid + 1
    if side > 0:
        return min(bid - offset, ask - 1)
    return max(ask + offset, bid + 1)


@kernel
def _share(value: float) -> float:
    return 0.5 * (value + 1.0)


@kernel
def _offset(value: float) -> int:
    return int(_share(value) * (FARTHEST + 1) + 0.5) - 1


@kernel
def _quote(message: np.ndarray, state: np.ndarray, side: int, offset: int, lots: int) -> None:
    spot, size = (at.BID_PRICE, at.BID_SIZE) if side > 0 else (at.ASK_PRICE, at.ASK_SIZE)
    message[spot] = price_at(state, side, offset)
    message[size] = lots


@kernel
def execution_message(
    state: np.ndarray, choice: int, control: np.ndarray, discrete: bool, slice_lots: int, message: np.ndarray,
) -> None:  # fmt: skip
    """Write the message of an action of the execution task; see `BookExecutionEnv`.

    Args:
        state: int64 (STATE_SIZE,).
        choice: Of `EXECUTION_ACTIONS`, if `discrete`.
        control: float64 (4,) otherwise.
        discrete: Which of both it is.
        slice_lots: The lots of a slice.
        message: float64 (MESSAGE_FIELDS,), set here.
    """
    message[:] = 0.0
    message[at.BID_SIZE] = message[at.ASK_SIZE] = -1.0
    side = 1 if state[at.INVENTORY] < 0 else -1
    left = abs(state[at.INVENTORY])
    if not discrete:
        at_market = int(max(control[0], 0.0) * left + 0.5)
        message[at.AT_MARKET] = side * at_market
        if control[3] <= 0.0:
            lots = int(_share(control[1]) * (left - at_market) + 0.5)
            _quote(message, state, side, _offset(control[2]), lots)
        return
    if choice == 1:
        _quote(message, state, side, 0, 0)
    elif choice == 2:
        _quote(message, state, side, 0, left)
    elif choice == 3:
        _quote(message, state, side, -1, left)
    elif choice == 4:
        _quote(message, state, side, 2, left)
    elif choice == 5:
        message[at.AT_MARKET] = side * min(slice_lots, left)
    elif choice == 6:
        message[at.AT_MARKET] = side * min(4 * slice_lots, left)
    elif choice == 7:
        message[at.AT_MARKET] = side * left


@kernel
def making_message(
    state: np.ndarray, choice: int, control: np.ndarray, discrete: bool, lots: int, offsets: np.ndarray,
    message: np.ndarray,
) -> None:  # fmt: skip
    """Write the message of an action of the market-making task; see `BookMakingEnv`.

    Args:
        state: int64 (STATE_SIZE,).
        choice: 5 x place of the bid's offset + place of the ask's, if `discrete`.
        control: float64 (4,) otherwise.
        discrete: Which of both it is.
        lots: The largest quote.
        offsets: `MAKING_OFFSETS`, int64 (5,).
        message: float64 (MESSAGE_FIELDS,), set here.
    """
    message[:] = 0.0
    for k in range(2):
        side = 1 - 2 * k
        if discrete:
            offset = offsets[choice // 5 if k == 0 else choice % 5]
            none = offset == _NO_QUOTE
            _quote(message, state, side, 0 if none else offset, 0 if none else lots)
        else:
            wanted = int(_share(control[2 + k]) * lots + 0.5)
            _quote(message, state, side, _offset(control[k]), wanted)
