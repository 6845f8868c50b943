"""Cleans and splits a final answer, in LaTeX or plain text, into tokens."""

import re
from dataclasses import dataclass
from typing import Final

from synth_envs.math.latex.algebra import Refused, TooComplex

__all__ = ["FUNCTIONS", "MAX_DEPTH", "MAX_LENGTH", "Token", "clean", "tokenize", "words"]

MAX_LENGTH: Final = 1_000  # [characters]
MAX_DEPTH: Final = 40  # nested brackets


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


FUNCTIONS: Final = words("sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh ln log exp")
PLAIN_COMMANDS: Final = {"sqrt": "surd", "pi": "pi", "infinity": "infty", "or": "or", "and": "and"}
# Runs of up to three letters are products of variables, except these.
SHORT_WORDS: Final = words(
    "yes no on off odd all any one two six ten red tie win may mon tue wed thu fri sat sun jan feb"
    " mar apr jun jul aug sep oct nov dec nan inf not the is if abs max min mod gcd lcm lim"
)
BARE_UNITS: Final = words("cm mm km ft kg mg ml mi yd lb oz in mph sec am pm")
TIGHT_UNITS: Final = words("cm mm km kg mph am pm")

COMMAND_NAMES: Final = {
    **dict.fromkeys(words("dfrac tfrac cfrac"), "frac"),
    **dict.fromkeys(words("tbinom dbinom"), "binom"),
    **dict.fromkeys(words("leq leqslant"), "le"),
    **dict.fromkeys(words("geq geqslant"), "ge"),
    "varnothing": "emptyset",
    "lor": "or",
    "land": "and",
}
COMMAND_SYMBOLS: Final = {
    **dict.fromkeys(words("cdot times ast"), "*"),
    **dict.fromkeys(words("lvert rvert vert mid"), "|"),
    "div": "/",
    "colon": ":",
    "lt": "<",
    "gt": ">",
    "lbrace": r"\{",
    "rbrace": r"\}",
    "lbrack": "[",
    "rbrack": "]",
    "lparen": "(",
    "rparen": ")",
    "langle": "<<",
    "rangle": ">>",
    "degree": "deg",
}
IGNORED: Final = words(
    "left right big Big bigg Bigg bigl bigr Bigl Bigr quad qquad displaystyle textstyle"
    " limits nolimits thinspace"
)
UNICODE: Final = str.maketrans(
    {
        **dict.fromkeys("\u2212\u2013\u2010\u2011", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2009\u202f", " "),
        **dict.fromkeys("\u2018\u2019", "'"),
        "×": r"\times ",
        **dict.fromkeys("·∙⋅", r"\cdot "),
        "÷": r"\div ",
        "π": r"\pi ",
        "√": r"\surd ",
        "∞": r"\infty ",
        "∪": r"\cup ",
        "∈": r"\in ",
        "∅": r"\emptyset ",
        "±": r"\pm ",
        "≤": r"\le ",
        "≥": r"\ge ",
        "°": r"\degree ",
        "²": "^{2}",
        "³": "^{3}",
        "½": r"\frac{1}{2}",
        "¼": r"\frac{1}{4}",
        "¾": r"\frac{3}{4}",
        "θ": r"\theta ",
        "α": r"\alpha ",
        "β": r"\beta ",
        "λ": r"\lambda ",
        "φ": r"\phi ",
    }
)

_TEXT = "text|textrm|textbf|textit|textnormal|texttt|mbox|mathrm|operatorname|rm"
_TOKEN: Final = re.compile(
    rf"""
    (?P<space>(?:[ \t\r\n~]|\\[,;:!\ >])+)
  | (?P<scientific>(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9])
  | (?P<repeating>[0-9]*\.[0-9]*\\(?:overline|bar)\s*\{{[0-9]+\}})
  | (?P<grouped>[1-9][0-9]{{0,2}}(?:(?:,\\!\s*|\{{,\}}(?:\\!)?\s*|\\,)[0-9]{{3}})+(?![0-9])(?:\.[0-9]+)?)
  | (?P<commas>[1-9][0-9]{{0,2}}(?:,[0-9]{{3}})+(?!,?[0-9])(?:\.[0-9]+)?)
  | (?P<num>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)
  | (?P<degree>\^\s*(?:\\circ(?![A-Za-z])|\{{\s*\\circ\s*\}}|\{{\s*\\degree\s*\}}|\\degree(?![A-Za-z])))
  | \\(?:{_TEXT})\s*\{{(?P<text>[^{{}}\\$]*(?:\\[ ,;$%][^{{}}\\$]*)*)\}}
  | \\(?:mathbf|boldsymbol|vec|mathit)\s*\{{\s*(?P<bold>[A-Za-z])\s*\}}
  | \\(?P<env>(?:begin|end)\s*\{{[A-Za-z]+\}})
  | \\(?P<cmd>[A-Za-z]+)
  | (?P<row>\\\\)
  | \\(?P<escaped>[{{}}%$])
  | (?P<word>[A-Za-z]+)
  | (?P<op>\*\*|[-+*/^_=<>!|()\[\]{{}},;:&%$€£])
    """,
    re.VERBOSE,
)
_OPENERS: Final = frozenset(["(", "[", "{", r"\{", "<<"])
_CLOSERS: Final = frozenset([")", "]", "}", r"\}", ">>"])
_WRAPPERS: Final = (("$$", "$$"), ("$", "$"), (r"\(", r"\)"), (r"\[", r"\]"))


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `gap` says that space stood before it."""

    kind: str  # "num", "letter", "word", "cmd", "text", "unit", "begin", "end" or "op"
    text: str
    gap: bool = False


def clean(text: str) -> str:
    r"""Strips the wrapping that carries no meaning: `$...$`, `\boxed{...}`, a final full stop."""
    if len(text) > MAX_LENGTH:
        raise TooComplex  # the answer is too long
    text = text.strip()
    for _ in range(4):
        before = text
        if text.endswith(".") and not text.endswith(".."):
            text = text[:-1].rstrip()
        for left, right in _WRAPPERS:
            inner = text[len(left) : len(text) - len(right)]
            if (
                text.startswith(left)
                and text.endswith(right)
                and len(text) > len(left + right)
                and left not in inner.replace(r"\$", "")
                and not inner.endswith("\\")
            ):
                text = inner.strip()
        for box in (r"\boxed{", r"\fbox{", "**"):
            close = "}" if box.endswith("{") else box
            inner = text[len(box) : len(text) - len(close)]
            if text.startswith(box) and text.endswith(close) and _balanced(inner):
                text = inner.strip()
        if text == before:
            break
    text = text.translate(UNICODE)
    if len(text) > 2 * MAX_LENGTH:
        raise TooComplex  # the answer is too long
    return text


def _balanced(text: str) -> bool:
    depth = 0
    for char in text:
        depth += (char == "{") - (char == "}")
        if depth < 0:
            return False
    return depth == 0


def tokenize(text: str) -> list[Token]:
    """Splits cleaned text into tokens; refuses what the grammar has no use for."""
    tokens: list[Token] = []
    stack: list[str] = []
    position, gap = 0, False
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise Refused  # a character or command outside the grammar
        kind, body = match.lastgroup or "", match.group(match.lastgroup or 0)
        if kind == "space":
            position, gap = match.end(), True
            continue
        position = match.end()
        if kind == "scientific":
            raise Refused  # 2e-5 may be a product or a power of ten
        if kind == "commas" and _separates(stack, body):
            body = body.partition(",")[0]
            position = match.start() + len(body)
            kind = "num"
        fresh = list(_tokens_of(kind, body, tokens[-1] if tokens else None, gap=gap))
        for token in fresh:
            _track(stack, token)
        tokens.extend(fresh)
        gap = not fresh and gap
    if stack:
        raise Refused  # unbalanced brackets
    return tokens


def _separates(stack: list[str], body: str) -> bool:
    """Whether the commas of `100,200` separate items: in a tuple or set, unless as in `(1,000)`."""
    inside = bool(stack) and stack[-1] in {"(", "[", r"\{", "<<"}
    return inside and not any(group.startswith("0") for group in body.split(",")[1:])


def _track(stack: list[str], token: Token) -> None:
    if token.kind == "begin" or (token.kind == "op" and token.text in _OPENERS):
        stack.append(token.text)
    elif token.kind == "end" or (token.kind == "op" and token.text in _CLOSERS):
        opener = stack.pop() if stack else ""
        curly = {"{": "}", r"\{": r"\}", "<<": ">>"}
        # Half-open intervals mix round and square brackets; nothing else mixes.
        closes = token.text in ")]" if opener in {"(", "["} else token.text == curly.get(opener)
        if not closes and not (token.kind == "end" and opener == token.text):
            raise Refused  # unbalanced brackets
    if len(stack) > MAX_DEPTH:
        raise TooComplex  # brackets nest too deeply


def _tokens_of(kind: str, body: str, previous: Token | None, *, gap: bool) -> list[Token]:
    if kind in {"num", "grouped", "commas"}:
        return [Token("num", re.sub(r"[^0-9.]", "", body), gap)]
    if kind == "repeating":
        return [Token("num", re.sub(r"[^0-9.{]", "", body).replace("{", "r"), gap)]
    if kind == "degree":
        return [Token("op", "deg", gap)]
    if kind == "text":
        content = re.sub(r"\\[ ,;]|~", " ", body).replace("\\", "")
        joiner = content.strip(" ,")
        if joiner in {"or", "and"}:
            return [Token("cmd", joiner, gap)]
        return [Token("text", content, gap)] if content.strip() else []
    if kind == "bold":
        return [Token("letter", body, gap)]
    if kind == "env":
        return [Token(body[: body.index("{")].strip(), body[body.index("{") + 1 : -1], gap)]
    if kind == "cmd":
        return _command(body, gap=gap)
    if kind == "row":
        return [Token("op", r"\\", gap)]
    if kind == "escaped":
        return [Token("op", "\\" + body if body in "{}" else body, gap)]
    if kind == "word":
        return _letters(body, previous, gap=gap)
    return [Token("op", "^" if body == "**" else body, gap)]


def _command(name: str, *, gap: bool) -> list[Token]:
    if name in IGNORED:
        return []
    if name in COMMAND_SYMBOLS:
        return [Token("op", COMMAND_SYMBOLS[name], gap)]
    return [Token("cmd", COMMAND_NAMES.get(name, name), gap)]


def _letters(run: str, previous: Token | None, *, gap: bool) -> list[Token]:
    """A run of letters is a name known here, a word, a unit, or a product of variables."""
    if run in FUNCTIONS:
        return [Token("cmd", run, gap)]
    if run in PLAIN_COMMANDS:
        return [Token("cmd", PLAIN_COMMANDS[run], gap)]
    after_number = previous is not None and (previous.kind == "num" or previous.text in {"}", ")"})
    if after_number and (run in TIGHT_UNITS or (gap and run in BARE_UNITS)):
        return [Token("unit", run, gap)]
    if len(run) > 3 or run.casefold() in SHORT_WORDS or run.startswith(("ln", "pi", "lg")):
        return [Token("word", run, gap)]
    return [Token("letter", char, gap and i == 0) for i, char in enumerate(run)]
