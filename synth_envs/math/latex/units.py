"""Units, currencies and magnitudes written after (or before) a number."""

import re
from collections.abc import Sequence
from typing import Final

from synth_envs.math.latex.algebra import Refused
from synth_envs.math.latex.lexer import Token, words

__all__ = ["magnitude_and_unit", "normal_text"]

MAGNITUDES: Final = {
    "dozen": 12,
    "hundred": 10**2,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
# Words that change or deny the number before them; a unit never holds one.
_NOT_UNITS: Final = words(
    "not no nor is are was isn't less more fewer greater than least most about around almost nearly"
    " approximately roughly or and but plus minus times over divided half halves third thirds"
    " quarter quarters fourth fourths fifth fifths tenth tenths hundredth hundredths"
    " thousandth thousandths squared cubed root base mod modulo pi infinity negative"
    " remainder to from if when where the answer wrong false incorrect except without ago hundreds"
    " thousands millions billions dozens"
)
_ALIASES: Final = {
    "degree": "deg",
    "percent": "%",
    "dollar": "$",
    "usd": "$",
    "cent": "¢",
    "inche": "in",
    "inch": "in",
    "foot": "ft",
    "feet": "ft",
    "yard": "yd",
    "mile": "mi",
    "millimeter": "mm",
    "millimetre": "mm",
    "centimeter": "cm",
    "centimetre": "cm",
    "meter": "m",
    "metre": "m",
    "kilometer": "km",
    "kilometre": "km",
    "gram": "g",
    "kilogram": "kg",
    "liter": "l",
    "litre": "l",
    "pound": "lb",
    "lbs": "lb",
    "ounce": "oz",
    "second": "s",
    "sec": "s",
    "minute": "min",
    "hour": "h",
    "hr": "h",
    "sq": "square",
    "cu": "cubic",
    "miles per hour": "mph",
}


def normal_text(text: str) -> str:
    """Text without case, surrounding punctuation, brackets and repeated space."""
    text = " ".join(text.casefold().split())
    for _ in range(3):
        text = text.strip(" .,;:!?\"'`*")
        if text.startswith("(") and text.endswith(")") and text.count("(") == 1:
            text = text[1:-1]
    return text


def magnitude_and_unit(tokens: Sequence[Token]) -> tuple[int, str]:
    """What the tokens after a number say, as a factor and the unit's normal form.

    Raises:
        Refused: They are not a unit.
    """
    parts: list[str] = []
    at = 0
    while at < len(tokens):
        token, at = tokens[at], at + 1
        if token.kind in {"text", "word", "unit"}:
            parts.append(token.text)
        elif token.kind == "op" and token.text in {"deg", "%", "$", "€", "£", "/"}:
            parts.append(f" {token.text} ")
        elif token.kind == "letter" and at > 1 and tokens[at - 2].text == "deg":
            parts.append(token.text)
        elif token.text == "^" and at > 1:
            power = [t.text for t in tokens[at : at + 3]]
            if power[:1] in (["2"], ["3"]):
                at += 1
            elif power in (["{", "2", "}"], ["{", "3", "}"]):
                at += 3
            else:
                raise Refused  # a power of a unit
            parts.append(f"^{power[0] if power[0] != '{' else power[1]}")
        else:
            raise Refused  # something that is not a unit follows a number
    return _normal_unit("".join(_spaced(parts)))


def _spaced(parts: Sequence[str]) -> list[str]:
    return [part if part.startswith("^") else f" {part}" for part in parts]


def _normal_unit(text: str) -> tuple[int, str]:
    text = re.sub(r"\b([ap])\. ?m\b", r"\1m", text.casefold()).replace(".", " ")
    parts = text.replace("/", " per ").replace("-", " ").strip(" ,;:()").split()
    factor = 1
    while parts and parts[0] in MAGNITUDES:
        factor *= MAGNITUDES[parts.pop(0)]
    if factor > 10**12 or len(parts) > 5:
        raise Refused  # not a unit
    out: list[str] = []
    power = ""
    for word in parts:
        base, _, exponent = word.partition("^")
        if base in _NOT_UNITS or base in MAGNITUDES or not re.fullmatch(r"[^\W\d_]+|[%$€£]", base):
            raise Refused  # not a unit
        base = _singular(base)
        if base in {"square", "cubic"}:
            power = "2" if base == "square" else "3"
            continue
        exponent, power = exponent or power, ""
        out.append(f"{base}^{exponent}" if exponent else base)
    if power:
        out.append("square" if power == "2" else "cubic")
    unit = " ".join(out)
    return factor, _ALIASES.get(unit, "mph" if unit == "mi per h" else unit)


def _singular(word: str) -> str:
    if word not in _ALIASES and len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return _ALIASES.get(word, word)
