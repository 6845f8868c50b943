"""Accounts in a class, driven by a list of commands."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["AccountLedger"]

_SOURCE = Text("""\
class Account:
    def __init__(self):
        self.balance = 0
        self.failed = 0

    def deposit(self, amount):
        self.balance += $credit

    def withdraw(self, amount):
        total = $debit
        if $refuse:
            self.failed += 1
            return False
        self.balance -= total
        return True


def settle(commands):
    accounts = {}
    for command in commands:
        word, name, *rest = command.split()
        if word == 'open':
            if name not in accounts:
                accounts[name] = Account()
        elif name in accounts:
            account = accounts[name]
            if word == 'deposit':
                account.deposit(int(rest[0]))
            elif word == 'withdraw':
                account.withdraw(int(rest[0]))
            elif word == 'transfer':
                if rest[0] in accounts and account.withdraw(int(rest[1])):
                    accounts[rest[0]].deposit(int(rest[1]))
            elif word == 'close'$close:
                del accounts[name]
    return $asked
""")
_SECOND = Text("""\
def settle(commands):
    balance, failed, order = {}, {}, []

    def pay_in(name, amount):
        balance[name] = sum([balance[name], $credit])

    def pay_out(name, amount):
        after = balance[name] - ($debit)
        if $second_refuse:
            failed[name] += 1
            return 0
        balance[name] = after
        return 1

    for command in commands:
        parts = command.split(' ')
        known = parts[1] in order
        if parts[0] == 'open' and not known:
            order = order + [parts[1]]
            balance[parts[1]] = failed[parts[1]] = 0
        if parts[0] == 'deposit' and known:
            pay_in(parts[1], int(parts[2]))
        if parts[0] == 'withdraw' and known:
            pay_out(parts[1], int(parts[2]))
        if parts[0] == 'transfer' and known and parts[2] in order:
            for _ in range(pay_out(parts[1], int(parts[3]))):
                pay_in(parts[2], int(parts[3]))
        if parts[0] == 'close' and known$second_close:
            order = [name for name in order if name != parts[1]]
    return $second_asked
""")
#: What a deposit adds: text, expression.
_CREDITS = (
    ("adds A to the balance", "amount"),
    (
        "adds A to the balance, or A + 5 if A is at least 50",
        "amount + 5 if amount >= 50 else amount",
    ),
    ("adds A, less a fee of 1, to the balance (nothing if A is 0)", "max(amount - 1, 0)"),
)
_DEBITS = (
    ("takes A", "amount"),
    ("takes A and a fee of 2", "amount + 2"),
    ("takes A and a fee of A divided by 10, rounded down,", "amount + amount // 10"),
    ("takes A, and a fee of 3 if A is larger than 20,", "amount + 3 if amount > 20 else amount"),
)
_ASKED = (
    (
        "a dictionary from the names of the accounts that are open at the end to their balances",
        "dict[str, int]",
        "{name: account.balance for name, account in accounts.items()}",
        "{name: balance[name] for name in order}",
    ),
    (
        "a list of [name, balance] of the accounts that are open at the end, the largest balance first and equal ones by name in alphabetical order",
        "list",
        "sorted(([n, a.balance] for n, a in accounts.items()), key=lambda p: (-p[1], p[0]))",
        "sorted(sorted([n, balance[n]] for n in order)[::-1], key=lambda p: p[1])[::-1]",
    ),
    (
        "a list of [name, balance, number of refusals] of the accounts that are open at the end, in alphabetical order of the names",
        "list",
        "sorted([n, a.balance, a.failed] for n, a in accounts.items())",
        "[[n, balance[n], failed[n]] for n in sorted(order)]",
    ),
)


#: What is drawn, written in another way for the second program.
_AMOUNTS_AGAIN = {
    "amount": "amount",
    "amount + 5 if amount >= 50 else amount": "amount + 5 * (not amount < 50)",
    "max(amount - 1, 0)": "amount - bool(amount)",
    "amount + 2": "2 + amount",
    "amount + amount // 10": "amount * 11 // 10",
    "amount + 3 if amount > 20 else amount": "[amount, amount + 3][20 < amount]",
}


class AccountLedger(Template):
    """Run a bank's commands under drawn rules for fees, limits and closing."""

    name: ClassVar[str] = "account_ledger"
    group: ClassVar[str] = "classes"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw fees, the limit, when an account may be closed, and what is asked."""
        credit = rng.choice(_CREDITS if difficulty >= 0.2 else _CREDITS[:2])
        debit = rng.choice(_DEBITS[1:] if difficulty >= 0.4 else _DEBITS)
        limit = rng.choice((0, 10, 25, 40))
        asked = rng.choice(_ASKED)
        close = rng.randrange(3)
        close_words, first, second = (
            ("closes the account, whatever its balance is", "", ""),
            (
                "closes the account if its balance is 0, and else does nothing",
                " and account.balance == 0",
                " and not balance[parts[1]]",
            ),
            (
                "closes the account if its balance is not negative, and else does nothing",
                " and account.balance >= 0",
                " and abs(balance[parts[1]]) == balance[parts[1]]",
            ),
        )[close]
        source = _SOURCE.substitute(
            credit=credit[1],
            debit=debit[1],
            refuse=f"self.balance - total < {-limit}",
            close=first,
            asked=asked[2],
        )
        if "failed" not in asked[2]:
            source = source.replace("        self.failed = 0\n", "")
            source = source.replace("            self.failed += 1\n", "")
        return self.problem(
            entry="settle",
            parameters=(("commands", "list[str]"),),
            returns=asked[1],
            statement=(
                f"Carry out the `commands` of a bank in order, preferably with a class for an account. "
                f"Amounts A are whole numbers and not negative. `open N` opens an account named N with "
                f"the balance 0; if one of that name is open, nothing happens. `deposit N A` "
                f"{credit[0]} of N. `withdraw N A` {debit[0]} from the balance of N; but if the balance "
                f"would be less than {-limit} after that, this is refused and the balance stays. "
                f"`transfer N M A` does the same to N as `withdraw N A`, and, if that was not refused, "
                f"then the same to M as `deposit M A`; N and M may be the same. `close N` {close_words}; "
                f"the name can be opened anew later and starts from nothing. A command about an account "
                f"that is not open (for `transfer`, if at least one of the two is not) does nothing and "
                f"is no refusal. Return {asked[0]}."
            ),
            source=source,
            second=_SECOND.substitute(
                credit=_AMOUNTS_AGAIN[credit[1]],
                debit=_AMOUNTS_AGAIN[debit[1]],
                second_refuse=f"after + {limit} < 0",
                second_close=second,
                second_asked=asked[3],
            ),
            inputs=_inputs(rng, difficulty, limit),
            difficulty=difficulty,
        )


def _inputs(rng: TaskRandom, difficulty: float, limit: int) -> list[list[Json]]:
    given: list[list[Json]] = [
        [["open ann", "deposit ann 60", "open bob", "transfer ann bob 30"]],
        [["open bob", "withdraw bob 45", "withdraw bob 5", "open ann", "deposit ann 9"]],
        [
            [
                "open cy",
                "open ann",
                "deposit cy 20",
                "open cy",
                "close cy",
                "close ann",
                "deposit ann 4",
            ]
        ],
        [[]],
        [["deposit ann 5", "withdraw ann 5", "close ann", "transfer ann bob 1"]],
        [["open ann", "deposit ann 0", "withdraw ann 0"]],
        [["open ann", "deposit ann 100", "transfer ann ann 50", "transfer ann zed 5"]],
        [["open ann", "deposit ann 30", "close ann", "open ann", "withdraw ann 1"]],
        [["open zed", "open ann", "open bob", "deposit bob 3"]],
    ]
    given += [[["open ann", f"withdraw ann {limit + d}"]] for d in range(-6, 2) if limit + d >= 0]
    given += [[["open ann", f"deposit ann {a}", "open bob"]] for a in (1, 2, 49, 50, 51)]
    given += [
        [["open ann", "deposit ann 90", f"withdraw ann {a}"]] for a in (9, 10, 19, 20, 21, 22)
    ]
    names = ("ann", "bob", "cy", "dee")
    for _ in range(34):
        commands: list[Json] = [f"open {name}" for name in rng.sample(names, rng.randint(1, 3))]
        for _ in range(rng.randint(3, 8 + int(30 * difficulty))):
            word = rng.choice(
                (
                    "deposit",
                    "deposit",
                    "withdraw",
                    "withdraw",
                    "transfer",
                    "transfer",
                    "open",
                    "close",
                )
            )
            name, amount = rng.choice(names), rng.choice((0, 1, 3, 10, 20, 21, 30, 50, 55))
            rest = {"transfer": f" {rng.choice(names)} {amount}", "open": "", "close": ""}
            commands.append(f"{word} {name}" + rest.get(word, f" {amount}"))
        given.append([commands])
    return given
