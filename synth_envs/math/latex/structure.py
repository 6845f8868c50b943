"""Reads whole answers: lists, relations, intervals, sets, matrices, text and measured numbers."""

from collections.abc import Callable, Sequence
from typing import Final

from synth_envs.math.latex.algebra import Ratio, Refused, Ring, TooComplex
from synth_envs.math.latex.lexer import FUNCTIONS, MAX_DEPTH, Token, clean, tokenize
from synth_envs.math.latex.names import (
    based_integer,
    name_of,
    short_word,
    spelled_out,
)
from synth_envs.math.latex.parser import parse_expression
from synth_envs.math.latex.units import magnitude_and_unit, normal_text
from synth_envs.math.latex.values import (
    MAX_ITEMS,
    Assign,
    Bracketed,
    Collection,
    Colon,
    Expr,
    Infinity,
    Matrix,
    Text,
    Union,
    Value,
    equation,
    expression,
)

__all__ = ["Reader"]

_OPEN: Final = frozenset(["(", "[", "{", r"\{", "<<"])
_CLOSE: Final = frozenset([")", "]", "}", r"\}", ">>"])
_RELATIONS: Final = {"=": "=", "<": "<", ">": ">", "le": "<=", "ge": ">=", "in": "in"}
_CURRENCIES: Final = frozenset("$€£")
_MATRICES: Final = frozenset(["pmatrix", "bmatrix"])

Tokens = Sequence[Token]


def _is(token: Token, *symbols: str) -> bool:
    return token.kind in {"op", "cmd"} and token.text in symbols


def _split(tokens: Tokens, separates: Callable[[Token], bool]) -> list[list[Token]]:
    """Splits at the separators outside all brackets."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += _nesting(token)
        if depth == 0 and separates(token):
            parts.append([])
        else:
            parts[-1].append(token)
    if len(parts) > MAX_ITEMS:
        raise TooComplex  # a list has too many items
    return parts


def _nesting(token: Token) -> int:
    opens = token.kind == "begin" or (token.kind == "op" and token.text in _OPEN)
    closes = token.kind == "end" or (token.kind == "op" and token.text in _CLOSE)
    return opens - closes


def _is_group(tokens: Tokens) -> bool:
    """Whether the first token opens a bracket that the last one closes."""
    if len(tokens) < 2 or _nesting(tokens[0]) != 1:
        return False
    depth = 0
    for i, token in enumerate(tokens):
        depth += _nesting(token)
        if depth == 0:
            return i == len(tokens) - 1
    return False


class Reader:
    """Reads one answer with one budget."""

    def __init__(self, ring: Ring) -> None:
        self.ring = ring

    def read(self, text: str, depth: int = 0) -> Value:
        """The value of a whole answer.

        Raises:
            Refused: It is outside the grammar.
            TooComplex: A bound was hit.
        """
        body = clean(text)
        if (words := spelled_out(body)) is not None:
            return Text(words)
        tokens = tokenize(body)
        if not tokens:
            raise Refused  # no answer
        return self.answer(tokens, depth)

    def answer(self, tokens: Tokens, depth: int) -> Value:
        """A list of relations or values, or just one."""
        if depth > MAX_DEPTH:
            raise TooComplex  # the answer nests too deeply
        parts = _split(tokens, lambda token: _is(token, ",", ";", "or", "and"))
        conjoined = {"or", "and"} & {token.text for token in tokens if token.kind == "cmd"}
        if len(parts) > 2 and not parts[-2] and conjoined:
            del parts[-2]  # "1, 2, and 3"
        if len(parts) == 1:
            return self.relation(parts[0], depth)
        return self.gather([self.relation(part, depth) for part in parts])

    def gather(self, items: list[Value]) -> Value:
        """A list; `x = 1, 2` and `x = 1, x = 2` both become x = {1, 2}."""
        names = {item.name for item in items if isinstance(item, Assign)}
        if len(names) == 1 and isinstance(items[0], Assign):
            bare = [item.value if isinstance(item, Assign) else item for item in items]
            return Assign(items[0].name, self.gather(bare))
        flat: list[Value] = []
        for item in items:  # an item with \pm is two
            if isinstance(item, Collection) and not item.braces:
                flat.extend(item.items)
            else:
                flat.append(item)
        return Collection(tuple(flat), braces=False)

    # Relations

    def relation(self, tokens: Tokens, depth: int) -> Value:
        """`a`, `a = b`, `x in S` or an inequality in one variable, which is an interval."""
        sides = _split(tokens, lambda token: _is(token, *_RELATIONS))
        if len(sides) == 1:
            return self.union(tokens, depth)
        signs: list[str] = []
        level = 0
        for token in tokens:
            level += _nesting(token)
            if level == 0 and _is(token, *_RELATIONS):
                signs.append(_RELATIONS[token.text])
        if signs == ["="]:
            return self.equality(sides[0], sides[1], depth)
        if signs == ["in"] and (name := name_of(sides[0])):
            return Assign(name, self.union(sides[1], depth))
        return self.inequality(sides, signs)

    def equality(self, left: Tokens, right: Tokens, depth: int) -> Value:
        """A named value, or an equation between two expressions."""
        if name := name_of(left):
            return Assign(name, self.union(right, depth))
        if name := name_of(right):
            return Assign(name, self.union(left, depth))
        first, second = parse_expression(self.ring, left), parse_expression(self.ring, right)
        return equation(self.ring, first, second)

    def inequality(self, sides: list[list[Token]], signs: list[str]) -> Value:
        """`x > 2` or `1 < x <= 3` as the interval it describes."""
        if any(sign in {"=", "in"} for sign in signs) or len({sign[0] for sign in signs}) > 1:
            raise Refused  # a relation outside the grammar
        if signs[0][0] == ">":
            sides, signs = sides[::-1], signs[::-1]
        closed = [sign.endswith("=") for sign in signs]
        low: Value = Infinity(-1)
        high: Value = Infinity(1)
        left, right = "(", ")"
        if len(signs) == 2:
            name = name_of(sides[1])
            low, high = self.bound(sides[0]), self.bound(sides[2])
            left, right = "[" if closed[0] else "(", "]" if closed[1] else ")"
        elif len(signs) == 1 and (name := name_of(sides[0])):
            high, right = self.bound(sides[1]), "]" if closed[0] else ")"
        elif len(signs) == 1 and (name := name_of(sides[1])):
            low, left = self.bound(sides[0]), "[" if closed[0] else "("
        else:
            name = None
        if name is None:
            raise Refused  # an inequality outside the grammar
        return Assign(name, Bracketed(left, right, (low, high)))

    def bound(self, tokens: Tokens) -> Value:
        """The end of an interval."""
        value = self.element(tokens, 0)
        if not isinstance(value, Expr | Infinity):
            raise Refused  # a bound that is not a number
        return value

    # Values

    def union(self, tokens: Tokens, depth: int) -> Value:
        """A union of intervals and sets, or one value."""
        parts = _split(tokens, lambda token: _is(token, "cup"))
        if len(parts) == 1:
            return self.element(tokens, depth)
        values = [self.element(part, depth) for part in parts]
        for value in values:
            interval = isinstance(value, Bracketed) and len(value.items) == 2
            if not interval and not (isinstance(value, Collection) and value.braces):
                raise Refused  # a union of something else than sets
        return Union(tuple(values))

    def element(self, tokens: Tokens, depth: int) -> Value:
        """One value."""
        if depth > MAX_DEPTH:
            raise TooComplex  # the answer nests too deeply
        if not tokens:
            raise Refused  # an empty item
        if all(token.kind in {"text", "word", "letter"} for token in tokens) and any(
            token.kind in {"text", "word"} for token in tokens
        ):
            return self.text(tokens, depth)
        if len(tokens) == 1 and _is(tokens[0], "emptyset"):
            return Collection((), braces=True)
        if _is(tokens[-1], "infty") and len(tokens) <= 2:
            if len(tokens) == 1 or _is(tokens[0], "+", "-"):
                return Infinity(-1 if _is(tokens[0], "-") else 1)
            raise Refused  # a product with infinity
        if _is_group(tokens) and (group := self.group(tokens, depth)) is not None:
            return group
        if (integer := based_integer(tokens)) is not None:
            return integer
        parts = _split(tokens, lambda token: _is(token, ":"))
        if len(parts) > 1:
            return self.colon(parts)
        return self.measured(tokens)

    def text(self, tokens: Tokens, depth: int) -> Value:
        r"""Words; a number in `\text{}` is still a number."""
        joined = "".join(f" {t.text}" if t.gap or t.kind != "letter" else t.text for t in tokens)
        if any(char.isdecimal() for char in joined) and depth < 2:
            try:
                return self.read(joined, depth + 2)
            except Refused:
                pass
        words = normal_text(joined)
        if not words:
            raise Refused  # no answer
        return Text(words)

    def group(self, tokens: Tokens, depth: int) -> Value | None:
        """Whatever stands in one pair of brackets; None where that is just an expression."""
        first, last = tokens[0], tokens[-1]
        inner = tokens[1:-1]
        if first.kind == "begin":
            return self.matrix(first.text, inner)
        parts = _split(inner, lambda token: _is(token, ",", ";"))
        if first.text == r"\{" or (first.text == "{" and len(parts) > 1):
            items = [self.element(part, depth + 1) for part in parts] if inner else []
            gathered = self.gather(items)
            return Collection(
                gathered.items if isinstance(gathered, Collection) else (), braces=True
            )
        if len(parts) > 1:
            values = tuple(self.element(part, depth + 1) for part in parts)
            if any(isinstance(value, Collection) and not value.braces for value in values):
                raise Refused  # two values where one is expected
            return Bracketed(first.text, last.text, values)
        if first.text == "{" or (len(inner) == 1 and inner[0].kind in {"text", "word"}):
            return self.element(inner, depth + 1)
        if first.text == "(" and len(inner) == 1 and inner[0].kind == "letter":
            return Text(inner[0].text.casefold())  # the choice (C)
        return None

    def matrix(self, environment: str, tokens: Tokens) -> Value:
        """The cells of a matrix."""
        if environment not in _MATRICES:
            raise Refused  # an unknown environment
        rows = _split(tokens, lambda token: _is(token, r"\\"))
        if not rows[-1]:
            rows.pop()
        cells = [
            tuple(
                expression(self.ring, parse_expression(self.ring, cell))
                for cell in _split(row, lambda token: _is(token, "&"))
            )
            for row in rows
        ]
        if len({len(row) for row in cells}) != 1:
            raise Refused  # a matrix with uneven rows
        return Matrix(tuple(cells))

    def colon(self, parts: list[list[Token]]) -> Value:
        """A time or a ratio."""
        values = [self.measured(part) for part in parts]
        numbers = tuple(value for value in values if isinstance(value, Expr))
        if len(numbers) != len(values) or len(values) > 4:
            raise Refused  # a ratio of something else than numbers
        if any(atom.kind == "var" for v in numbers for m, _ in v.num | v.den for atom, _ in m):
            raise Refused  # a ratio of variables
        if any(v.unit for v in numbers[:-1]) or not any(v.num for v in numbers):
            raise Refused  # a ratio outside the grammar
        minutes = parts[1][0].text
        clock = len(minutes) == 2 and minutes.isdecimal() and int(minutes) < 60
        unit = numbers[-1].unit
        return Colon(tuple(Expr(v.num, v.den) for v in numbers), clock, unit)

    def measured(self, tokens: Tokens) -> Value:
        """An expression with a currency before it or a unit after it."""
        if not tokens:
            raise Refused  # an empty item
        body = list(tokens)
        currency = ""
        at = 1 if _is(body[0], "+", "-") else 0
        if at < len(body) and body[at].text in _CURRENCIES:
            currency = body.pop(at).text
        end = self.unit_start(body)
        factor, unit = magnitude_and_unit(body[end:]) if end < len(body) else (1, "")
        if currency and unit and unit != currency:
            raise Refused  # two units
        unit = unit or currency
        body = body[:end]
        if not body:
            raise Refused  # a unit without a number
        signs = sum(_is(token, "pm") for token in body)
        if signs > 1:
            raise Refused  # more than two values
        values = [parse_expression(self.ring, body, sign) for sign in ((1, -1) if signs else (0,))]
        exprs = [self.scaled(value, factor, unit, short_word(body)) for value in values]
        return Collection(tuple(exprs), braces=False) if signs else exprs[0]

    def scaled(self, value: Ratio, factor: int, unit: str, word: str) -> Expr:
        """The number times its magnitude, with its unit."""
        scaled = self.ring.scale(value, factor) if factor != 1 else value
        return expression(self.ring, scaled, unit, "" if unit else word)

    def unit_start(self, tokens: Tokens) -> int:
        """Where the unit begins: at the first text, unit, percent or degree sign."""
        degrees = not any(token.text in FUNCTIONS for token in tokens)
        depth = 0
        for i, token in enumerate(tokens):
            depth += _nesting(token)
            if depth or i == 0:
                continue
            if token.kind in {"text", "unit"} or token.text in {"%", *_CURRENCIES}:
                return i
            if token == Token("op", "deg", token.gap) and degrees:
                return i
            if token.kind == "word" and token.gap and tokens[i - 1].text not in {"*", "/", "^"}:
                return i
        return len(tokens)
