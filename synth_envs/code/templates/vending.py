"""A vending machine that serves its customers under drawn rules."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["VendingMachine"]

_SOURCE_VENDING = Text("""\
def vend(stock, actions):
    left = {name: list(item) for name, item in stock.items()}
    credit = 0
    log = []
    for action in actions:
        word, _, rest = action.partition(' ')
        if word == 'coin':
            value = int(rest)
            if value in $coins$limit:
                credit += value
            else:
                log.append('$refused')
        elif word == 'buy':
            if rest not in left:
                log.append('unknown')
            elif $first_fault:
                log.append('$first_word')
            elif $second_fault:
                log.append('$second_word')
            else:
                left[rest][1] -= 1
                credit -= left[rest][0]
                log.append(rest)
$after        elif word == 'cancel':
            log.append('back ' + str(credit))
            credit = 0
    $return_
""")
_SECOND_VENDING = Text("""\
from collections import Counter


class Machine:
    def __init__(self, stock):
        self.stock = stock
        self.sold = Counter()
        self.money = []
        self.log = []

    def coin(self, rest):
        value = int(rest)
        good = any(value == one for one in $coins)
        if good and $limit_free:
            self.money.append(value)
        else:
            self.log.append('$refused')

    def buy(self, name):
        if self.stock.get(name) is None:
            return self.log.append('unknown')
        price, amount = self.stock[name]
        faults = {
            'sold out': self.sold[name] == amount,
            'too little': sum(self.money) < price,
        }
        for fault in ['$first_word', '$second_word']:
            if faults[fault]:
                return self.log.append(fault)
        self.sold.update([name])
        self.money.append(-price)
        self.log.append(name)
        $second_after

    def cancel(self, rest):
        self.log.append('back %d' % sum(self.money))
        self.money = []


def vend(stock, actions):
    machine = Machine(stock)
    handlers = {'coin': machine.coin, 'buy': machine.buy, 'cancel': machine.cancel}
    for action in actions:
        word = action.split(' ')[0]
        if word in handlers:
            handlers[word](action[len(word) + 1 :])
    log, credit = machine.log, sum(machine.money)
    $return_
""")


class VendingMachine(Template):
    """Serve customers of a vending machine under drawn rules."""

    name: ClassVar[str] = "vending_machine"
    group: ClassVar[str] = "state machines and simulations"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw coins, the order of checks, what happens to change, and what is asked."""
        coins = sorted(rng.sample((1, 2, 5, 10, 20, 50), 3))
        limit = rng.choice((0, 60, 100)) if difficulty >= 0.3 else 0
        refused = rng.choice(("refused", "rejected", "bad coin"))
        faults = [
            ("left[rest][1] == 0", "sold out", "none of the item is left"),
            ("credit < left[rest][0]", "too little", "the credit is less than the price"),
        ]
        rng.shuffle(faults)
        change = rng.randrange(3)
        after = (
            "",
            (
                "                if credit:\n                    log.append('back ' + str(credit))\n"
                "                    credit = 0\n"
            ),
            "                if left[rest][1] == 0:\n                    log.append('last ' + rest)\n",
        )[change]
        after_words = (
            "What is left of the credit stays for the next purchase.",
            "If credit is left then, `back C` with that credit C is logged too and the credit is 0.",
            (
                "What is left of the credit stays. If this was the last one of the item, `last NAME` "
                "is logged next."
            ),
        )[change]
        second_after = (
            "",
            "if sum(self.money):\n            self.cancel('')",
            "if self.sold[name] == amount:\n            self.log.append('last ' + name)",
        )[change]
        full = rng.randrange(2) == 1
        limit_words = f" and does not raise the credit above {limit}" if limit else ""
        return self.problem(
            entry="vend",
            parameters=(("stock", "dict[str, list[int]]"), ("actions", "list[str]")),
            returns="list",
            statement=(
                f"A vending machine sells the items in `stock`, which maps a name to [price, amount]. "
                f"Its credit is 0 at first, and it carries out `actions` in order. `coin V`: if V is one "
                f"of {', '.join(map(str, coins))}{limit_words}, the credit grows by V; otherwise the "
                f"coin is not taken and `{refused}` is logged. `buy NAME`: the first that applies of "
                f"these is done: if there is no such item, `unknown` is logged; if {faults[0][2]}, "
                f"`{faults[0][1]}` is logged; if {faults[1][2]}, `{faults[1][1]}` is logged; otherwise "
                f"one of the item is sold, its price is taken from the credit and NAME is logged. "
                f"{after_words} `cancel`: `back C` is logged, where C is the credit (even if it is 0), "
                f"and the credit is 0 after that. All other actions are ignored. Return "
                + (
                    "the list of what was logged, in order, with the final credit as a last item."
                    if full
                    else "the list of what was logged, in order."
                )
            ),
            source=_SOURCE_VENDING.substitute(
                coins=tuple(coins),
                limit=f" and credit + value <= {limit}" if limit else "",
                refused=refused,
                first_fault=faults[0][0],
                first_word=faults[0][1],
                second_fault=faults[1][0],
                second_word=faults[1][1],
                after=after,
                return_="return log + [credit]" if full else "return log",
            ),
            second=_SECOND_VENDING.substitute(
                coins=coins,
                limit_free=f"sum(self.money) + value <= {limit}" if limit else "True",
                refused=refused,
                first_word=faults[0][1],
                second_word=faults[1][1],
                second_after=second_after or "return None",
                return_="return [*log, credit]" if full else "return log",
            ),
            inputs=_vending_inputs(rng, difficulty, coins),
            difficulty=difficulty,
        )


def _vending_inputs(rng: TaskRandom, difficulty: float, coins: list[int]) -> list[list[Json]]:
    top = coins[-1]
    stock: dict[str, Json] = {"tea": [top, 1], "nuts": [3, 2], "gum": [coins[0], 0]}
    given: list[list[Json]] = [
        [stock, [f"coin {top}", "buy tea", "cancel"]],
        [stock, [f"coin {top}", "coin 1", "buy nuts", "buy gum", "buy pie"]],
        [stock, ["buy nuts", f"coin {top}", f"coin {top}", "buy tea", "buy tea", "cancel"]],
        [stock, []],
        [{}, ["buy tea", "cancel"]],
        [stock, ["cancel", "cancel"]],
        [stock, ["buy gum"]],
        [stock, ["kick", "", f"coin {coins[0]}", "buy gum"]],
        [stock, [f"coin {top}"] * 2 + ["cancel"]],
    ]
    every: list[Json] = [f"coin {coin + d}" for coin in coins for d in (-1, 0, 1)]
    given += [[stock, [*every, "cancel"]], [stock, [*every, "buy tea", "buy tea", "buy nuts"]]]
    for coin in coins:
        for amount in (0, 1, 2):
            exact: dict[str, Json] = {"pear": [coin, amount], "fig": [2 * coin + 1, 1]}
            given.append(
                [exact, [f"coin {coin}", "buy pear", "buy fig", f"coin {coin}", "buy pear"]]
            )
    for coin in coins:
        given.append([{}, [f"coin {coin}"] * (100 // coin + 1) + ["cancel"]])
        given.append([{}, [f"coin {coin}"] * (60 // coin + 1) + ["cancel"]])
    for _ in range(24):
        goods: dict[str, Json] = {
            name: [rng.randint(1, 12) * rng.choice((1, 1, 5)), rng.randint(0, 3)]
            for name in rng.sample(("tea", "nuts", "gum", "soup", "milk tea"), rng.randint(1, 4))
        }
        actions: list[Json] = []
        for _ in range(rng.randint(2, 8 + int(22 * difficulty))):
            kind = rng.randrange(12)
            if kind < 6:
                value = rng.choice(coins) + rng.choice((0,) * 10 + (1, -1))
                actions.append(f"coin {value}")
            elif kind < 10:
                actions.append("buy " + (rng.choice(list(goods)) if rng.randrange(8) else "pie"))
            else:
                actions.append(rng.choice(("cancel", "cancel", "look", "coins 5")))
        given.append([goods, actions])
    return given
