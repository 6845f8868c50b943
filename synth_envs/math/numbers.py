"""Exact numbers from text. Bounded regular expressions only: nothing is ever evaluated."""

import re
from collections.abc import Mapping
from fractions import Fraction

__all__ = ["MAX_DIGITS", "clean_math", "parse_integer", "parse_number"]

MAX_DIGITS = 300
_MAX_TEXT = 2 * MAX_DIGITS + 100
_MAX_EXPONENT = 100

_NO_UNITS: Mapping[str, Fraction] = {}

_PLAIN_INTEGER = re.compile(rf"[+-]?[0-9]{{1,{MAX_DIGITS}}}").fullmatch
_WHOLE = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)"
_DECIMAL = re.compile(
    rf"(?P<whole>{_WHOLE})?(?:\.(?P<part>[0-9]*))?(?:[eE](?P<exp>[+-]?[0-9]{{1,3}}))?"
).match
_RATIO = re.compile(rf"(?P<num>[+-]?{_WHOLE}) ?/ ?(?P<den>{_WHOLE})").match
_MIXED = re.compile(
    rf"(?P<whole>{_WHOLE})(?: +(?:and +)?)(?P<num>[0-9]+) ?/ ?(?P<den>[0-9]+)"
).match
_LATEX_FRACTION = re.compile(
    r"(?P<whole>[0-9]{1,20})? ?\\[dt]?frac ?"
    r"(?:\{ ?(?P<num>-?[0-9,]+) ?\} ?\{ ?(?P<den>[0-9,]+) ?\}|(?P<n1>[0-9]) ?(?P<d1>[0-9]))"
).match

_SPACES = "\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u205f"
_UNICODE = str.maketrans(
    {
        **dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d", "-"),
        **dict.fromkeys(_SPACES, " "),
        **dict.fromkeys("\u200b\u2060\ufeff", ""),
        **dict.fromkeys("\u00d7\u22c5\u00b7\u2217\u2715", "*"),
        **dict.fromkeys("\u00f7\u2044\u2215", "/"),
        "\u2192": "->",
        "\u2264": "<=",
        "\u2265": ">=",
    }
)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SUPERSCRIPT_RUN = re.compile("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]{1,4}")
_LATEX_SPACING = re.compile(r"\\[,!;: ]|\\q?quad(?![a-zA-Z])|(?<=[0-9])\{,\}(?=[0-9])")
_LATEX_WORDS = (
    ("\\left", ""),
    ("\\right", ""),
    ("\\cdot", "*"),
    ("\\times", "*"),
    ("\\div", "/"),
    ("\\$", "$"),
    ("\\%", "%"),
    ("\\{", "{"),
    ("\\}", "}"),
    ("\\to", "->"),
)


def clean_math(text: str) -> str:
    """Normalise typography: Unicode signs, spaces and superscripts, and LaTeX spacing.

    Plain ASCII without a backslash is returned as it is.
    """
    if not text.isascii():
        text = text.translate(_UNICODE)
        text = _SUPERSCRIPT_RUN.sub(lambda run: "^" + run[0].translate(_SUPERSCRIPTS), text)
    if "\\" in text or "{,}" in text:
        # `10{,}080` and `10,\!080` are LaTeX thousands separators.
        text = _LATEX_SPACING.sub(
            lambda m: "," if m[0] == "{,}" else "" if m[0] == "\\!" else " ", text
        )
        for word, plain in _LATEX_WORDS:
            text = text.replace(word, plain)
    return text


def parse_integer(text: str) -> int | None:
    """Read an integer such as "-1,234"; None for anything else."""
    if _PLAIN_INTEGER(text):
        return int(text)
    value = parse_number(text)
    if value is None or value.denominator != 1:
        return None
    if "frac" in text or "/" in clean_math(text):  # an unevaluated ratio is no integer
        return None
    return value.numerator


def parse_number(text: str, units: Mapping[str, Fraction] = _NO_UNITS) -> Fraction | None:
    """Read one exact number.

    Integers with thousands separators, decimals, exponents of at most 100, fractions, mixed
    fractions and LaTeX fractions; a leading "x =" is ignored.

    Args:
        text: What to read, without decorations; only bounded lengths are read.
        units: Lower-case units that may follow (or, for a currency sign, precede) the number,
            with the factor that converts to the expected unit. Any other unit is refused.

    Returns:
        The value in the expected unit, or None when the text is not exactly one number.
    """
    if _PLAIN_INTEGER(text) and not units:
        return Fraction(int(text))
    if len(text) > _MAX_TEXT:
        return None
    text = clean_math(text).strip()
    if text[1:2] in (" ", "=") and text[:1].isalpha():
        head, equals, rest = text.partition("=")
        if equals and len(head.strip()) == 1:
            text = rest.strip()
    negative = text.startswith("-")
    if negative or text.startswith("+"):
        text = text[1:].lstrip()
    factor = Fraction(1)
    if text[:1] in ("$", "€", "£"):
        if text[0] not in units:
            return None
        factor, text = units[text[0]], text[1:].lstrip()
    value, end = _leading_number(text)
    if value is None:
        return None
    rest = text[end:].strip()
    if rest:
        if rest.startswith("\\text{") and rest.endswith("}"):
            rest = rest[6:-1].strip()
        unit = units.get(rest.lower())
        if unit is None or factor not in (1, unit):
            return None
        factor = unit
    value *= factor
    return -value if negative else value


def _leading_number(text: str) -> tuple[Fraction | None, int]:
    """The unsigned number at the start of `text` and where it ends."""
    if match := _MIXED(text):
        num, den = int(match["num"]), int(match["den"])
        if den == 0 or num >= den:
            return None, 0
        return _int(match["whole"]) + Fraction(num, den), match.end()
    if match := _RATIO(text):
        den = _int(match["den"])
        return (Fraction(_int(match["num"]), den), match.end()) if den else (None, 0)
    if "frac" in text and (match := _LATEX_FRACTION(text)):
        num = _int(match["num"] or match["n1"])
        den = _int(match["den"] or match["d1"])
        if den == 0:
            return None, 0
        whole = match["whole"]
        if whole and not 0 <= num < den:
            return None, 0
        return Fraction(num, den) + (int(whole) if whole else 0), match.end()
    match = _DECIMAL(text)
    if match is None or not (match["whole"] or match["part"]):
        return None, 0
    digits, part = (match["whole"] or "0").replace(",", ""), match["part"] or ""
    if len(digits) + len(part) > MAX_DIGITS:
        return None, 0
    value = Fraction(int(digits + part), 10 ** len(part))
    if match["exp"]:
        exponent = int(match["exp"])
        if abs(exponent) > _MAX_EXPONENT:
            return None, 0
        value *= Fraction(10) ** exponent
    return value, match.end()


def _int(digits: str) -> int:
    return int(digits.replace(",", ""))
