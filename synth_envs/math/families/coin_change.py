"""Paying an amount with as few coins as possible."""

import re
from dataclasses import dataclass
from fractions import Fraction

from synth_envs.core import Json, Task
from synth_envs.math.answers import Numbers
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.seeding import TaskRandom

__all__ = ["CoinChange"]

_PROMPTS = (
    "Coins are worth {coins}; there are plenty of each. Pay {amount} exactly with as few coins as possible.",
    "A machine holds plenty of coins worth {coins}. Which coins make {amount} exactly, as few as possible?",
    "In a country whose coins are worth {coins}, make up a total of {amount} from the fewest coins.",
)
_FORM = "List every coin by its worth, separated by commas, repeating a worth for each coin used."
_QUESTION = re.compile(r"worth ([0-9, ]+[0-9])\D+([0-9]+)")


@dataclass(frozen=True)
class Coins(Numbers):
    """Coins as a list ("9, 9, 4") or as a sum ("9 + 9 + 4")."""

    def parse(self, text: str) -> tuple[Fraction, ...] | None:
        """The coins, sorted, or None."""
        return super().parse(text.replace("+", ","))


class CoinChange(MathFamily):
    """Make up an amount from the fewest coins; any such list of coins is right.

    Difficulty sets the number of coin values (4 to 10), the largest of them (about 25 to 900) and
    with it the amount (three to six times the largest). Amounts on which taking the largest coin
    first wastes coins are preferred.
    """

    family = "coin_change"
    group = "arithmetic"
    answer = Coins(order="multiset", hint="a list of coins such as 9, 9, 4")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Find the totals of exactly k coins for k = 1, 2, ... as bit sets."""
        kinds = 4 + int(6.99 * difficulty)
        most = int(25 * 36**difficulty)
        top = most - rng.randrange(most // 5)
        coins = [1, *sorted(rng.sample(range(3, top), kinds - 2)), top]
        totals = [1]
        for _ in range(6):
            amount = 3 * top + rng.randrange(3 * top)
            count = 0
            while not totals[count] >> amount & 1:
                count += 1
                if count == len(totals):
                    reached = 0
                    for coin in coins:
                        reached |= totals[-1] << coin
                    totals.append(reached)
            if len(_greedy(coins, amount)) > count:
                break
        used: list[str] = []
        rest = amount
        for below in reversed(totals[:count]):
            coin = next(c for c in reversed(coins) if c <= rest and below >> (rest - c) & 1)
            used.append(str(coin))
            rest -= coin
        listed = ", ".join(map(str, coins))
        text = phrasing(_PROMPTS, listed, amount).format(coins=listed, amount=amount)
        reference = {"answer": ", ".join(used), "coins": coins, "amount": amount}
        return Task(self.family, f"{text} {_FORM}", reference, difficulty)

    def accepts(self, reference: Json, value: tuple[Fraction, ...]) -> bool:
        """Only coins that exist, the right total, and as few as the reference needs."""
        fewest = reference["answer"].count(",") + 1
        return (
            len(value) == fewest
            and set(value) <= set(reference["coins"])
            and sum(value) == reference["amount"]
        )

    def solve(self, prompt: str) -> str:
        """Dynamic programming over all smaller amounts."""
        coin_text, amount_text = _QUESTION.findall(prompt)[0]
        coins = [coin for coin in map(int, coin_text.split(", ")) if coin]
        amount = int(amount_text)
        fewest = [0] + [amount + 1] * amount
        last = [0] * (amount + 1)
        for coin in coins:
            for total in range(coin, amount + 1):
                if fewest[total - coin] + 1 < fewest[total]:
                    fewest[total], last[total] = fewest[total - coin] + 1, coin
        if fewest[amount] > amount:
            msg = f"no coins make {amount}"
            raise ValueError(msg)
        used = []
        while amount:
            used.append(str(last[amount]))
            amount -= last[amount]
        return ", ".join(used)

    def cheats(self, task: Task) -> list[str]:
        """Largest first, ones only, coins that do not exist, one coin lost, or the count alone."""
        coins, amount = task.reference["coins"], task.reference["amount"]
        answer = self.oracle(task).split(", ")
        greedy = _greedy(coins, amount)
        wrong = [
            str(amount),
            str(len(answer)),
            ", ".join(answer[1:]),
            ", ".join([*answer, "0"]),
            ", ".join([str(amount + coins[-1]), f"-{coins[-1]}", *["0"] * (len(answer) - 2)]),
            ", ".join([*answer[:-2], str(int(answer[-1]) + int(answer[-2]) - 1.5), "1.5"]),
            ", ".join(["1"] * amount),
        ]
        return [*wrong, ", ".join(map(str, greedy))] if len(greedy) > len(answer) else wrong


def _greedy(coins: list[int], amount: int) -> list[int]:
    used: list[int] = []
    for coin in reversed(coins):
        used += [coin] * (amount // coin)
        amount %= coin
    return used
