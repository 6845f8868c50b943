"""Word problems about money."""

import re
from fractions import Fraction

from synth_envs.core import Task
from synth_envs.math.answers import Rational
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.math.words import MONEY, NAMES, THINGS, join, money, read_money
from synth_envs.seeding import TaskRandom

__all__ = ["Shopping"]

_LOW, _SPAN = 25, 276
_PRICES = tuple(money(5 * (_LOW + i)) for i in range(_SPAN))
# The beginning, a bar where the list and other facts go, and the question. 0 is a name, 1 and 2
# are amounts of money, 3 is a number and 4 a thing.
_CHANGE = (
    "{0} buys | {0} pays with {1}. How much change does {0} get?",
    "In a shop, {0} picks up | {0} gives the cashier {1}. How much money should {0} get back?",
    "{0} goes to the market and gets | {0} hands over {1}. How many dollars of change are due?",
)
_LEFT = (
    "{0} buys | {0} pays with {1} of savings and the wage for {3} hours of work at {2} an hour. How much money is left?",
    "In a shop, {0} picks up | {0} had saved {1} and then earned {2} an hour for {3} hours before paying. How much does {0} have after paying?",
    "{0} goes to the market and gets | The money comes from a jar that held {1}, to which {0} added the wage for {3} hours at {2} an hour. How much remains in the jar?",
)
_SHARE = (
    "{0} buys | Delivery costs {1} more. {3} people share the whole cost equally. How much does each of them pay?",
    "In a shop, {0} picks up | Having everything delivered adds {1} to the bill, which {3} friends split evenly. What is the share of each friend?",
    "{0} goes to the market and gets | The cost of this, plus {1} for delivery, is divided equally among {3} neighbours. How much does each neighbour owe?",
)
_PRICE = (
    "{0} buys | In the end, {0} pays {1}. What is the regular price of one {4}?",
    "In a shop, {0} picks up | The amount to pay is {1}. How much does one {4} cost, before any reduction?",
    "{0} goes to the market and gets | {0} has to pay {1} altogether. Find the ordinary price of one {4}.",
)
_PROFIT = (
    "{0} runs a stall and sells | The materials cost {1} and the place to sell them {2}. What profit does {0} make?",
    "At a fair, {0} sells | {0} has paid {1} for materials and {2} for a permit. How much does {0} earn after these costs?",
    "Today {0} sells | Making the goods cost {1}, and transport cost {2}. How much money does {0} gain overall?",
)
_STORIES = (_CHANGE, _LEFT, _SHARE, _PRICE, _PROFIT)
_ASIDES = (
    " Most shops close at {n} o'clock.",
    " {other} bought {n} {many} last week.",
    " {name} lives {n} km away.",
    " A friend called {other} paid {price} for {one} some days ago.",
    " The bus ride home takes {n} minutes.",
    " {name} has known {other} for {n} years.",
    " {other} would like {one} for {price}, but does not get one.",
)
_UNITS = {
    **dict.fromkeys(("$", "dollars", "dollar", "usd"), Fraction(1)),
    **dict.fromkeys(("cents", "cent"), Fraction(1, 100)),
}


class Shopping(MathFamily):
    """Work out change, savings, shares, an unknown price or a profit, to the cent.

    Difficulty sets the number of things bought (2 to 6), reductions (0 to 2) and irrelevant facts
    (0 to 3).
    """

    family = "shopping"
    group = "word problems"
    answer = Rational(units=_UNITS, hint="an amount in dollars, such as 12.50")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw the purchase in cents; choose the other amounts so that every step is exact."""
        name, kind = rng.choice(NAMES), rng.randrange(5)
        # Steps of equal length through a prime number of things never meet one twice.
        place, step = divmod(rng.randrange(29 * 28), 28)
        bought: list[str] = []
        total = 0
        for _ in range(2 + int(4.49 * difficulty)):
            price, count = divmod(rng.randrange(9 * _SPAN), 9)
            one, _, plural = THINGS[place]
            place = (place + step + 1) % 29
            total += (count + 1) * 5 * (_LOW + price)
            if count:
                bought.append(f"{count + 1} {plural} at {_PRICES[price]} each")
            else:
                bought.append(f"{one} for {_PRICES[price]}")
        _, single, plural = THINGS[place]
        facts = f"{join(bought)}."
        price, count = divmod(rng.randrange(_SPAN * 7), 7)
        count += 3
        if kind == 3:
            total += count * 5 * (_LOW + price)
            facts += f" {name} also buys {count} {plural}, all at the same price."
        if difficulty > 0.28:
            if difficulty > 0.4 and kind < 4:
                total, facts = _reduce(rng, total, facts, twice=difficulty > 0.8)
            facts += _asides(rng, name, THINGS[(place + step + 1) % 29], int(3.49 * difficulty))
        rate = ""
        if kind == 0:
            amount = (total // 1000 + rng.randint(1, 3)) * 1000
            result = amount - total
        elif kind == 1:
            wage = 50 * rng.randint(20, 60)
            amount = max(total - count * wage, 0) + 5 * rng.randint(20, 2000)
            result, rate = amount + count * wage - total, money(wage)
        elif kind == 2:
            amount = 300 + rng.randrange(600)
            amount -= (total + amount) % count
            result = (total + amount) // count
        elif kind == 3:
            amount, result = total, 5 * (_LOW + price)
        else:
            amount, cost = (5 * rng.randint(10, 10 + total // 20) for _ in range(2))
            result, rate = total - amount - cost, money(cost)
        story = phrasing(_STORIES[kind], total, amount)
        first, last = story.format(name, money(amount), rate, count, single).split("|")
        prompt = f"{first}{facts}{last} Give the amount in dollars."
        return Task(self.family, prompt, money(result)[1:], difficulty)

    def solve(self, prompt: str) -> str:
        """Read the amounts sentence by sentence and follow the story in exact dollars."""
        first, _, rest = prompt.partition(". ")
        total = Fraction(0)
        for count, price in re.findall(rf"([0-9]+) [a-z -]+ at ({MONEY}) each", first):
            total += int(count) * read_money(price)
        for price in re.findall(rf"\ban? [a-z -]+ for ({MONEY})", first):
            total += read_money(price)

        def find(pattern: str) -> str:
            match = re.search(pattern, rest)
            if match is None:
                raise ValueError(pattern)
            return next(group for group in match.groups() if group)

        percent = re.search(r"([0-9]+)% off", rest)
        left = 1 - Fraction(int(percent[1]), 100) if percent else Fraction(1)
        voucher = re.search(rf"voucher .*?({MONEY})", rest)
        off = read_money(voucher[1]) if voucher else Fraction(0)
        if "also buys" in rest:
            paid = read_money(find(rf"(?:pays|to pay is|to pay) ({MONEY})"))
            value = ((paid + off) / left - total) / int(find(r"also buys ([0-9]+)"))
        elif " an hour" in rest:
            wage = int(find(r"([0-9]+) hours")) * read_money(find(rf"({MONEY}) an hour"))
            savings = read_money(find(rf"(?:pays with|had saved|that held) ({MONEY})"))
            value = savings + wage - (total * left - off)
        elif "deliver" in rest.lower():
            fee = read_money(find(rf"(?:costs|adds|plus) ({MONEY})"))
            people = int(find(r"([0-9]+) (?:people|friends|neighbours)"))
            value = (total * left - off + fee) / people
        elif "change" in rest or "get back" in rest:
            value = read_money(find(rf"(?:pays with|cashier|over) ({MONEY})")) - (
                total * left - off
            )
        else:
            goods = read_money(find(rf"(?:materials cost|has paid|goods cost) ({MONEY})"))
            value = (
                total
                - goods
                - read_money(find(rf"(?:sell them|materials and|transport cost) ({MONEY})"))
            )
        return str(value)

    def cheats(self, task: Task) -> list[str]:
        """The amount in the wrong unit or currency, rounded up, negative, or one of two."""
        right = str(task.reference)
        return [
            f"{right} cents",
            f"€{right}",
            f"{int(float(right)) + 1}",
            f"-{right}",
            f"{right} or 1",
        ]


def _reduce(rng: TaskRandom, total: int, facts: str, *, twice: bool) -> tuple[int, str]:
    """The cost in cents after one or two reductions, and the facts with them."""
    percent = rng.choice([p for p in (10, 15, 20, 25, 30, 40, 60) if total * p % 100 == 0])
    total -= total * percent // 100
    facts += f" There is {percent}% off the whole purchase."
    if twice:
        off = 50 * (1 + rng.randrange(max(1, total // 200)))
        total -= off
        facts += f" After that, a voucher takes off another {money(off)}."
    return total, facts


def _asides(rng: TaskRandom, name: str, item: tuple[str, str, str], count: int) -> str:
    """Facts that do not matter."""
    one, _, many = item
    other = rng.choice([other for other in rng.sample(NAMES, 2) if other != name])
    n, price = rng.randint(5, 12), rng.choice(_PRICES)
    return "".join(
        text.format(name=name, other=other, n=n + i, price=price, one=one, many=many)
        for i, text in enumerate(rng.sample(_ASIDES, count))
    )
