"""Names, lists and amounts of money for word problems."""

import re
from collections.abc import Sequence
from fractions import Fraction

__all__ = ["MONEY", "NAMES", "THINGS", "article", "join", "money", "read_money"]

NAMES = (
    "Ada", "Aisha", "Amir", "Anna", "Ben", "Bruno", "Carla", "Chen", "Chidi", "Dana",
    "David", "Dmitri", "Elena", "Emma", "Farid", "Fatima", "Felix", "Grace", "Hana", "Hugo",
    "Ines", "Ivan", "Jamal", "Jana", "Kenji", "Kofi", "Lars", "Leila", "Liam", "Lucia",
    "Maria", "Mei", "Nadia", "Nils", "Noor", "Olga", "Omar", "Oscar", "Paula", "Pedro",
    "Priya", "Quinn", "Rafael", "Ravi", "Rosa", "Samir", "Sofia", "Tariq", "Tomas", "Uma",
    "Vera", "Victor", "Wanda", "Yusuf", "Zara", "Zoe",
)  # fmt: skip

MONEY = r"\$[0-9]+(?:\.[0-9]{2})?"
_MONEY = re.compile(MONEY).fullmatch


def join(items: Sequence[str]) -> str:
    """Join words as "a", "a and b" or "a, b and c"."""
    if len(items) == 1:
        return items[0]
    return f"{', '.join(items[:-1])} and {items[-1]}"


def article(noun: str) -> str:
    """The noun with "a" or "an", by its first letter."""
    return f"an {noun}" if noun[0] in "aeiouAEIO" else f"a {noun}"


# Things to buy: one with its article, one, several. There are 29, a prime number, so that steps of
# equal length never meet one twice.
THINGS = tuple(
    (article(single), single, plural)
    for single, plural in (
        ("apron", "aprons"), ("basket", "baskets"), ("brush", "brushes"), ("cake", "cakes"),
        ("candle", "candles"), ("clock", "clocks"), ("cushion", "cushions"), ("egg cup", "egg cups"),
        ("dictionary", "dictionaries"), ("flute", "flutes"), ("glass", "glasses"), ("hat", "hats"),
        ("jug", "jugs"), ("knife", "knives"), ("lamp", "lamps"), ("loaf of bread", "loaves of bread"),
        ("map", "maps"), ("mug", "mugs"), ("notebook", "notebooks"), ("orange", "oranges"),
        ("pen", "pens"), ("pizza", "pizzas"), ("ruler", "rulers"), ("scarf", "scarves"),
        ("toy bus", "toy buses"), ("umbrella", "umbrellas"), ("vase", "vases"), ("watch", "watches"),
        ("yo-yo", "yo-yos"),
    )
)  # fmt: skip


def money(cents: int) -> str:
    """Cents as "$12" or "$12.05"."""
    dollars, rest = divmod(cents, 100)
    return f"${dollars}.{rest:02d}" if rest else f"${dollars}"


def read_money(text: str) -> Fraction:
    """The dollars in "$12" or "$12.05".

    Raises:
        ValueError: The text is anything else.
    """
    if not _MONEY(text):
        msg = f"not an amount of money: {text!r}"
        raise ValueError(msg)
    return Fraction(text[1:])
