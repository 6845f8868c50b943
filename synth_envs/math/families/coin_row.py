"""A row of coins from whose ends two players take."""

import re
from functools import cache

from synth_envs.core import Task
from synth_envs.math.answers import Numbers
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.seeding import TaskRandom

__all__ = ["CoinRow"]

_TAKES = ("one coin", "one or two coins (both from the same end)")
_WORDINGS = (
    "A row of coins has the values {coins}. Two players take turns; each turn, a player takes {takes} from the left or the right end of the row, until none are left. Both play to get as much as possible. How much does the first player get in total, and how much the second?",
    "Coins worth {coins} lie in a line, in this order. Two people alternately remove {takes} from the left or the right end and keep what they remove, until the line is gone. If each maximises the own total, what are the totals of the one who starts and of the other?",
    "From the row {coins}, two perfect players take turns in picking up {takes}, always from the left or the right end, until the row is empty. Each wants the largest possible sum. Give the sum of the starter and then the sum of the second player.",
)


class CoinRow(MathFamily):
    """Give both players' totals when they take coins from the ends of a row perfectly.

    Difficulty sets the number of coins (6 to 18) and their values (up to 60, up to 200); from 0.5
    on, players may be allowed to take two coins from one end.
    """

    family = "coin_row"
    group = "games"
    answer = Numbers(count=2, hint="the totals of the first and second player, such as 120, 95")

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw coins; find the best lead over the opponent for longer and longer parts."""
        high = 60 + int(140 * difficulty)
        coins = [rng.randint(1, high) for _ in range(rng.randint(6, 8) + int(10.99 * difficulty))]
        two = difficulty >= 0.5 and rng.randrange(2) == 1
        n = len(coins)
        # `leads[i]` is the lead from the part that starts at i; `shorter` from one coin less.
        shorter, leads = [0] * (n + 1), coins
        for size in range(2, n + 1):
            longer = [
                max(coins[i] - leads[i + 1], coins[i + size - 1] - leads[i])
                for i in range(n - size + 1)
            ]
            if two:
                for i, lead in enumerate(longer):
                    left = coins[i] + coins[i + 1] - shorter[i + 2]
                    right = coins[i + size - 1] + coins[i + size - 2] - shorter[i]
                    longer[i] = max(lead, left, right)
            shorter, leads = leads, longer
        total, lead = sum(coins), leads[0]
        listed = ", ".join(map(str, coins))
        prompt = phrasing(_WORDINGS, listed, two).format(coins=listed, takes=_TAKES[two])
        prompt += " Answer with the two totals, separated by a comma."
        answer = f"{(total + lead) // 2}, {(total - lead) // 2}"
        return Task(self.family, prompt, answer, difficulty)

    def solve(self, prompt: str) -> str:
        """The most that the player to move can keep of each remaining part, by recursion."""
        listed = re.search(r"(?:[0-9]+, )+[0-9]+", prompt)
        coins = [int(value) for value in listed[0].split(", ")] if listed else []
        most = 2 if "one or two coins" in prompt else 1

        @cache
        def keep(start: int, end: int) -> int:
            rest = sum(coins[start:end])
            takes = range(1, min(most, end - start) + 1)
            parts = [part for k in takes for part in ((start + k, end), (start, end - k))]
            return max((rest - keep(*part) for part in parts), default=0)

        first = keep(0, len(coins))
        return f"{first}, {sum(coins) - first}"

    def cheats(self, task: Task) -> list[str]:
        """One total, both swapped if they differ, the lead as well, and coins moved between them."""
        first, second = (int(total) for total in self.oracle(task).split(", "))
        swapped = f"{second}, {first}" if first != second else ""
        return [
            str(first),
            swapped,
            f"{first}, {second}, {first - second}",
            f"{first + 1}, {second - 1}",
        ]
