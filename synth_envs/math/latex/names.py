"""Names and words: left-hand sides, spelled-out answers and integers in a stated base."""

import re
from collections.abc import Sequence
from typing import Final

from synth_envs.math.latex.algebra import Refused
from synth_envs.math.latex.lexer import FUNCTIONS, SHORT_WORDS, Token
from synth_envs.math.latex.parser import GREEK
from synth_envs.math.latex.units import normal_text
from synth_envs.math.latex.values import Based

__all__ = ["based_integer", "name_of", "short_word", "spelled_out"]

_WORDS: Final = re.compile(r"[^\W\d_]+(?:['. -][^\W\d_]+)*\Z")
_NOT_WORDS: Final = FUNCTIONS | {"sqrt", "pi", "and", "or", "infinity"}
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BASES: Final = {
    word: base
    for base, word in enumerate(
        ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=2
    )
} | {"twelve": 12, "sixteen": 16}


def spelled_out(text: str) -> str | None:
    """The normal form of plain words such as `no solution`; None for anything else."""
    text = " ".join(text.split())
    if not _WORDS.match(text):
        return None
    words = text.split(" ")
    if any(word in _NOT_WORDS for word in words):
        return None
    if not any(len(word) > 3 or word.casefold() in SHORT_WORDS for word in words):
        return None
    return normal_text(text)


def short_word(tokens: Sequence[Token]) -> str:
    """The text that an expression of one bare word also is ("" if it is none)."""
    if len(tokens) == 1 and tokens[0].text in GREEK:
        return tokens[0].text.casefold()
    if all(t.kind == "letter" for t in tokens) and not any(t.gap for t in tokens[1:]):
        return "".join(t.text for t in tokens).casefold()
    return ""


def name_of(tokens: Sequence[Token]) -> str | None:
    """What the left side of `x = 5`, `f(x) = 5`, `AB = 5` or `(x, y) = (1, 2)` names."""
    kinds = [token.kind for token in tokens]
    text = "".join(token.text for token in tokens)
    if kinds and all(kind in {"text", "word"} for kind in kinds):
        return normal_text(" ".join(token.text for token in tokens)) or None
    for token in tokens:
        if token.kind not in {"letter", "num", "op", "cmd"}:
            return None
        if token.kind == "cmd" and token.text not in GREEK | {"angle", "triangle"}:
            return None
        if token.kind == "op" and token.text not in {"(", ")", ",", "_", "{", "}"}:
            return None
    symbol = "(?:" + "|".join(sorted(GREEK)) + r"|[A-Za-z])(?:_(?:\w|\{\w+\}))?"
    if re.fullmatch(symbol, text):
        return None if text in {"i", "e"} else text.replace("{", "").replace("}", "")
    points = r"(?:angle|triangle)[A-Z]{1,3}|[A-Z]{2,4}"
    call = rf"{symbol}\([a-z](?:,[a-z])*\)"
    tuple_ = rf"\({symbol}(?:,{symbol})+\)"
    return text if re.fullmatch(f"{points}|{call}|{tuple_}", text) else None


def based_integer(tokens: Sequence[Token]) -> Based | None:
    r"""`52_8`, `A3_{16}` or `1010_{\text{two}}`; None for anything else."""
    at = next((i for i, token in enumerate(tokens) if token.text == "_"), 0)
    digits = "".join(token.text for token in tokens[:at]).upper()
    plain = all(token.kind in {"num", "letter"} for token in tokens[:at])
    if not at or not plain or not any(token.kind == "num" for token in tokens[:at]):
        return None
    rest = list(tokens[at + 1 :])
    if len(rest) == 3 and (rest[0].text, rest[2].text) == ("{", "}"):
        rest = rest[1:2]
    if len(rest) != 1 or rest[0].kind not in {"num", "text", "word"}:
        raise Refused  # a number with a subscript that is not a base
    word = normal_text(rest[0].text)
    base = int(word) if word.isdecimal() and len(word) <= 2 else _BASES.get(word, 0)
    if not 2 <= base <= len(_DIGITS) or any(char not in _DIGITS[:base] for char in digits):
        raise Refused  # not an integer in this base
    return Based(digits.lstrip("0") or "0", base)
