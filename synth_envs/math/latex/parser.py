"""A recursive-descent parser from tokens to exact values: one expression, no lists or units."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from synth_envs.math.latex.algebra import (
    PI,
    E,
    I,
    Ratio,
    Refused,
    Ring,
    TooComplex,
    atom_ratio,
    rational_value,
    variable,
)
from synth_envs.math.latex.functions import (
    absolute,
    binomial,
    factorial_of,
    logarithm,
    number,
    opaque,
    power,
    root,
)
from synth_envs.math.latex.lexer import FUNCTIONS, MAX_DEPTH, Token, words

__all__ = ["GREEK", "parse_expression"]

GREEK: Final = words(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi"
    " rho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Sigma Upsilon Phi"
    " Psi Omega ell"
)
_BRACKETS: Final = {"(": ")", "[": "]", "{": "}"}
_STARTS: Final = GREEK | FUNCTIONS | {"frac", "binom", "sqrt", "surd", "pi"}
_TRIGONOMETRIC: Final = FUNCTIONS - {"ln", "log", "exp"}
_END: Final = Token("end of text", "")


def parse_expression(ring: Ring, tokens: Sequence[Token], plus_minus: int = 0) -> Ratio:
    r"""The value of an expression that spans all of `tokens`.

    Args:
        ring: Does the arithmetic and bounds its cost.
        tokens: The expression.
        plus_minus: The sign that `\pm` stands for, +1 or -1; 0 refuses it.

    Raises:
        Refused: The tokens are no such expression, or it has no value.
        TooComplex: A bound was hit.
    """
    parser = _Parser(ring, tokens, plus_minus)
    value = parser.sum(0)
    parser.finish()
    return value


def decimal(text: str) -> Ratio:
    """The value of a number token: `12`, `.5`, or `0.1r6` for 0.1666..."""
    whole, _, fraction = text.partition(".")
    fixed, _, repeating = fraction.partition("r")
    value = Fraction(int(whole + fixed or "0"), 10 ** len(fixed))
    if repeating:
        value += Fraction(int(repeating), 10 ** len(fixed) * (10 ** len(repeating) - 1))
    return number(value)


class _Parser:
    def __init__(self, ring: Ring, tokens: Sequence[Token], plus_minus: int) -> None:
        self.ring = ring
        self.tokens = list(tokens)
        self.position = 0
        self.plus_minus = plus_minus
        self.degrees = False  # whether a degree sign may follow a factor

    # Token access

    def peek(self, ahead: int = 0) -> Token:
        at = self.position + ahead
        return self.tokens[at] if at < len(self.tokens) else _END

    def at(self, *symbols: str) -> bool:
        token = self.peek()
        return token.kind == "op" and token.text in symbols

    def take(self) -> Token:
        token = self.peek()
        self.position += 1
        return token

    def expect(self, symbol: str) -> None:
        if not self.at(symbol):
            raise Refused
        self.position += 1

    def finish(self) -> None:
        if self.position != len(self.tokens):
            raise Refused  # something follows the expression

    # Sums and products

    def sign(self) -> int | None:
        """Takes a sign if there is one."""
        token = self.peek()
        if token.kind == "op" and token.text in {"+", "-"}:
            self.position += 1
            return 1 if token.text == "+" else -1
        if token.kind == "cmd" and token.text == "pm":
            if not self.plus_minus:
                raise Refused  # two values where one is expected
            self.position += 1
            return self.plus_minus
        return None

    def sum(self, depth: int, *, bars: bool = False) -> Ratio:
        """A sum of products. `bars`: a bar closes it, and cannot open an absolute value."""
        if depth > MAX_DEPTH:
            raise TooComplex  # the expression nests too deeply
        sign = self.sign()
        total = self.product(depth, bars=bars)
        if sign == -1:
            total = self.ring.scale(total, -1)
        while (sign := self.sign()) is not None:
            inner = self.sign()
            term = self.product(depth, bars=bars)
            total = self.ring.add(total, self.ring.scale(term, sign * (inner or 1)))
        return total

    def product(self, depth: int, *, bars: bool) -> Ratio:
        value = self.factor(depth)
        divided = False
        while True:
            if self.at("*", "/"):
                divided = self.take().text == "/"
                sign = self.sign() or 1
                factor = self.ring.scale(self.factor(depth), sign)
                combine = self.ring.divide if divided else self.ring.multiply
                value = combine(value, factor)
            elif self.starts_factor(bars=bars):
                # 1/2x has two readings; 2 3 and x2 have none.
                if divided or self.peek().kind == "num":
                    raise Refused  # ambiguous product
                value = self.ring.multiply(value, self.factor(depth))
            else:
                return value

    def starts_factor(self, *, bars: bool) -> bool:
        token = self.peek()
        if token.kind == "op":
            return token.text in _BRACKETS or (token.text == "|" and not bars)
        return token.kind in {"num", "letter"} or (token.kind == "cmd" and token.text in _STARTS)

    def factor(self, depth: int) -> Ratio:
        value = self.primary(depth)
        if self.at("!"):
            self.position += 1
            value = factorial_of(self.ring, value)
        if self.at("^"):
            self.position += 1
            value = power(self.ring, value, self.exponent(depth + 1))
        if self.at("!", "^"):
            raise Refused  # ambiguous powers or factorials
        if self.degrees and self.at("deg"):
            self.position += 1
            value = self.ring.multiply(value, self.ring.scale(atom_ratio(PI), Fraction(1, 180)))
        return value

    def exponent(self, depth: int) -> Ratio:
        if depth > MAX_DEPTH:
            raise TooComplex  # exponents nest too deeply
        sign = self.sign() or 1
        token = self.peek()
        if token.kind == "letter" and self.peek(1).kind == "letter" and not self.peek(1).gap:
            raise Refused  # x^ab has two readings
        if token.kind == "num":
            value = decimal(self.take().text)
        elif (
            token.kind == "letter"
            or (token.kind == "op" and token.text in _BRACKETS)
            or (token.kind == "cmd" and token.text in GREEK | {"pi", "frac", "surd", "sqrt"})
        ):
            value = self.primary(depth)
        else:
            raise Refused  # no exponent
        if self.at("^") and token.text != "{":  # towers associate to the right
            self.position += 1
            value = power(self.ring, value, self.exponent(depth + 1))
        return self.ring.scale(value, sign)

    # Factors

    def primary(self, depth: int) -> Ratio:
        token = self.take()
        if token.kind == "num":
            return self.number(token, depth)
        if token.kind == "letter":
            return self.letter(token)
        if token.kind == "op" and token.text in _BRACKETS:
            value = self.sum(depth + 1)
            self.expect(_BRACKETS[token.text])
            return value
        if token.kind == "op" and token.text == "|":
            value = self.sum(depth + 1, bars=True)
            self.expect("|")
            return absolute(self.ring, value)
        if token.kind == "cmd":
            return self.command(token.text, depth)
        raise Refused  # no value where one is expected

    def number(self, token: Token, depth: int) -> Ratio:
        """A number, with the fraction that makes it a mixed number."""
        value = decimal(token.text)
        if not token.text.isdecimal():
            return value
        if self.plain_fraction_follows():
            self.position += 1
            part = self.fraction(depth)
        elif (
            self.peek().kind == "num"
            and self.peek().gap
            and self.peek(1) == Token("op", "/")
            and self.peek(2).kind == "num"
        ):
            top = decimal(self.take().text)
            self.position += 1
            part = self.ring.divide(top, decimal(self.take().text))
        else:
            return value
        size = rational_value(part)
        if size is None or not 0 < size < 1 or not value.num:
            raise Refused  # a product or a mixed number
        return self.ring.add(value, part)

    def plain_fraction_follows(self) -> bool:
        r"""Whether `\frac` and two integers follow, as in `\frac{3}{4}`, `\frac34`, `\frac 3{4}`."""
        if self.peek() not in (Token("cmd", "frac"), Token("cmd", "frac", gap=True)):
            return False
        at = 1
        for _ in range(2):
            if self.peek(at).text == "{" and self.peek(at + 2).text == "}":
                at, token = at + 3, self.peek(at + 1)
            else:
                at, token = at + 1, self.peek(at)
                if token.kind == "num" and len(token.text) > 1:
                    return True
            if token.kind != "num":
                return False
        return True

    def fraction(self, depth: int) -> Ratio:
        top = self.argument(depth)
        return self.ring.divide(top, self.argument(depth))

    def letter(self, token: Token) -> Ratio:
        if self.at("_"):
            return variable(f"{token.text}_{self.subscript()}")
        if token.text in "fg" and self.at("("):
            raise Refused  # an unknown function
        if token.text == "i":
            return atom_ratio(I)
        return atom_ratio(E) if token.text == "e" else variable(token.text)

    def subscript(self) -> str:
        self.expect("_")
        tokens = [self.take()]
        if tokens[0].text == "{":
            while not self.at("}") and self.peek() is not _END:
                tokens.append(self.take())
            self.expect("}")
            tokens.pop(0)
        if not tokens or any(t.kind not in {"num", "letter", "word", "text"} for t in tokens):
            raise Refused  # a subscript outside the grammar
        return "".join(t.text for t in tokens)

    def argument(self, depth: int) -> Ratio:
        """The argument of a macro: a group, or one digit, letter or symbol."""
        token = self.peek()
        if token.kind == "op" and token.text == "{":
            return self.primary(depth)
        if token.kind == "num" and token.text.isdecimal():
            if rest := token.text[1:]:
                self.tokens[self.position] = Token("num", rest)
            else:
                self.position += 1
            return decimal(token.text[0])
        if token.kind == "letter" or (token.kind == "cmd" and token.text in GREEK | {"pi"}):
            return self.primary(depth)
        raise Refused  # no argument of a macro

    def command(self, name: str, depth: int) -> Ratio:
        if name == "pi":
            return atom_ratio(PI)
        if name in GREEK:
            return variable(f"{name}_{self.subscript()}" if self.at("_") else name)
        if name == "frac":
            return self.fraction(depth)
        if name == "binom":
            top = self.argument(depth)
            return binomial(self.ring, top, self.argument(depth))
        if name == "sqrt":
            return self.square_root(depth)
        if name == "surd":
            return self.surd(depth)
        if name in FUNCTIONS:
            return self.function(name, depth)
        raise Refused  # an unknown command

    def square_root(self, depth: int) -> Ratio:
        index = 2
        if self.at("["):
            self.position += 1
            token = self.take()
            if token.kind != "num" or not token.text.isdecimal() or len(token.text) > 3:
                raise Refused  # a root of unknown index
            index = int(token.text)
            self.expect("]")
        return root(self.ring, index, self.argument(depth))

    def surd(self, depth: int) -> Ratio:
        """The plain-text root: takes a whole number or a group."""
        token = self.peek()
        if token.kind == "num":
            value = decimal(self.take().text)
        elif token.kind == "op" and token.text in _BRACKETS:
            value = self.primary(depth)
        else:
            value = self.argument(depth)
            if self.at("^"):
                raise Refused  # a root of a power or a power of a root
        return root(self.ring, 2, value)

    def function(self, name: str, depth: int) -> Ratio:
        base = exponent = None
        if name == "log" and self.at("_"):
            self.position += 1
            base = self.argument(depth)
        if self.at("^"):
            self.position += 1
            exponent = self.exponent(depth + 1)
            if name in _TRIGONOMETRIC and rational_value(exponent) == -1:
                name, exponent = f"arc{name}", None
        value = self.function_argument(depth + 1, trigonometric=name in _TRIGONOMETRIC)
        if name in {"ln", "log"}:
            value = logarithm(self.ring, value, base, name)
        elif name == "exp":
            value = power(self.ring, atom_ratio(E), value)
        else:
            value = opaque(self.ring, name, value)
        return value if exponent is None else power(self.ring, value, exponent)

    def function_argument(self, depth: int, *, trigonometric: bool) -> Ratio:
        if depth > MAX_DEPTH:
            raise TooComplex  # functions nest too deeply
        outer, self.degrees = self.degrees, trigonometric
        if self.at("(", "[", "{", "|"):
            value = self.primary(depth)
            if self.at("^", "!"):
                raise Refused  # a power of a function or of its argument
        else:
            value = self.bare_argument(depth)
        self.degrees = outer
        return value

    def bare_argument(self, depth: int) -> Ratio:
        """The `2x` of `sin 2x cos y`: factors up to an operator or another function."""
        value = self.factor(depth)
        while self.starts_factor(bars=True) and not self.at("(", "["):
            token = self.peek()
            if token.kind == "num" or token.text in FUNCTIONS:
                break
            value = self.ring.multiply(value, self.factor(depth))
        if self.at("(", "["):
            raise Refused  # where the argument of a function ends is unclear
        return value
