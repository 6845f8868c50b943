"""Answers that are rows of bits."""

import re
from dataclasses import dataclass

from synth_envs.math.numbers import clean_math

__all__ = ["Bits"]

_MAX_TEXT = 2_000
_ROW = re.compile(r"[01](?:[\s,;]{0,3}[01]){0,255}").fullmatch
_PAIR = re.compile(r"[a-z]_?\{?([0-9]{1,3})\}?\s{0,3}[=:]\s{0,3}([01])").fullmatch


@dataclass(frozen=True)
class Bits:
    """A row of bits: "0110", "0 1 1 0", "[0, 1, 1, 0]" or "x1=0, x2=1, x3=1, x4=0"."""

    hint: str = "the bits in order, such as 01101001"

    def parse(self, text: str) -> str | None:
        """The bits as one string, or None."""
        if len(text) > _MAX_TEXT:
            return None
        text = clean_math(text).strip().lower()
        if text[:1] + text[-1:] in ("[]", "()", "{}"):
            text = text[1:-1].strip()
        if _ROW(text):
            return "".join(char for char in text if char in "01")
        pairs = [_PAIR(item.strip()) for item in re.split(r"[,;\n]|\sand\s", text) if item.strip()]
        row = {int(pair[1]): pair[2] for pair in pairs if pair}
        if len(row) != len(pairs) or sorted(row) != list(range(1, len(pairs) + 1)):
            return None
        return "".join(row[i] for i in sorted(row)) or None
