"""Committees under quotas and personal conditions."""

import re
from collections import defaultdict
from math import comb

from synth_envs.core import Task
from synth_envs.math.answers import Integer
from synth_envs.math.family import MathFamily, phrasing
from synth_envs.math.words import NAMES, join
from synth_envs.seeding import TaskRandom

__all__ = ["Committees"]

_JOBS = (
    "architect", "baker", "chemist", "dentist", "engineer", "farmer", "gardener", "historian",
    "journalist", "lawyer", "musician", "nurse", "painter", "singer", "teacher", "writer",
)  # fmt: skip
_BODIES = ("A club", "A village", "A society", "A cooperative", "A town", "A union")
_QUOTAS = ("at least", "at most", "exactly")
_OFFICES = (
    "",
    " One member of the committee is then appointed chair.",
    " One member of the committee is then appointed chair and another one treasurer.",
)
_WORDINGS = (
    "{body} has {groups}. A committee of {size} of these people is to be chosen. It must have {quotas}.{personal}{office} In how many ways can all this be done?",
    "From {groups}, {size} people are to be chosen for a committee that must have {quotas}.{personal}{office} How many different outcomes are possible?",
    "{body} with {groups} needs a committee that consists of {size} of them. It must have {quotas}.{personal}{office} How many possibilities are there?",
)


class Committees(MathFamily):
    """Count the committees that meet quotas, personal conditions and may elect officers.

    Difficulty sets the number of groups (2 to 5), of quotas (1 to 4), of personal conditions
    (1 to 3) and the size of the groups.
    """

    family = "committees"
    group = "combinatorics"
    answer = Integer()

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw a committee, rules that it meets, and count by inclusion-exclusion over pairs."""
        kinds = 2 + int(3.49 * difficulty)
        jobs = sorted(rng.sample(_JOBS, kinds))
        hidden = [1 + rng.randrange(3) for _ in jobs]
        sizes = [i + rng.randint(3, 8) + int(6.99 * difficulty) for i in hidden]
        k = sum(hidden)
        low, high = [0] * kinds, [k] * kinds
        quotas: list[str] = []
        for g in sorted(rng.sample(range(kinds), 1 + int(3.49 * difficulty))):
            quota = rng.randrange(3)
            limit = rng.randint(1, hidden[g]) if quota == 0 else hidden[g]
            low[g], high[g] = (0 if quota == 1 else limit), (k if quota == 0 else limit)
            quotas.append(f"{_QUOTAS[quota]} {limit} {jobs[g]}{'s' if limit > 1 else ''}")
        names = rng.sample(NAMES, 5)
        required: list[int] = []
        feuds: list[tuple[int, int]] = []
        personal = ""
        for kind in "frf"[: 1 + int(2.49 * difficulty)]:
            g, name = rng.randrange(kinds), names.pop()
            if kind == "r":
                personal += f" {name}, one of the {jobs[g]}s, must be on the committee."
                required.append(g)
                continue
            h, other = rng.randrange(kinds), names.pop()
            personal += f" {name}, one of the {jobs[g]}s, refuses to serve together with {other}, one of the {jobs[h]}s."
            feuds.append((g, h))
        total = 0
        for chosen in range(1 << len(feuds)):
            inside = required + [g for i, pair in enumerate(feuds) if chosen >> i & 1 for g in pair]
            total += (-1) ** chosen.bit_count() * _count(sizes, low, high, k, inside)
        office = rng.randrange(3)
        total *= (1, k, k * (k - 1))[office]
        groups = join([f"{n} {job}s" for n, job in zip(sizes, jobs, strict=True)])
        listed = join(quotas)
        prompt = phrasing(_WORDINGS, groups, k, listed, personal, office).format(
            body=rng.choice(_BODIES),
            groups=groups,
            size=k,
            quotas=listed,
            personal=personal,
            office=_OFFICES[office],
        )
        return Task(self.family, prompt, str(total), difficulty)

    def solve(self, prompt: str) -> str:
        """Try every way to seat the people named; add the others one person at a time."""
        head, _, tail = prompt.partition(" must have ")
        groups = {job: int(n) for n, job in re.findall(r"([0-9]+) ([a-z]+)s\b", head)}
        chosen = re.search(r"(?:committee|consists) of ([0-9]+)|([0-9]+) people", head)
        size = int(chosen[1] or chosen[2]) if chosen else 0
        low, high = dict.fromkeys(groups, 0), dict.fromkeys(groups, size)
        for quota, limit, job in re.findall(
            r"(at least|at most|exactly) ([0-9]+) ([a-z]+?)s?\b", tail
        ):
            if quota != "at most":
                low[job] = int(limit)
            if quota != "at least":
                high[job] = int(limit)
        people = dict(re.findall(r"([A-Z][a-z]+), one of the ([a-z]+)s", tail))
        must = set(re.findall(r"([A-Z][a-z]+), one of the [a-z]+s, must", tail))
        feuds = re.findall(
            r"([A-Z][a-z]+), one of the [a-z]+s, refuses .*? with ([A-Z][a-z]+)", tail
        )
        total = 0
        for bits in range(1 << len(people)):
            seated = {name for i, name in enumerate(people) if bits >> i & 1}
            if must <= seated and not any({*pair} <= seated for pair in feuds):
                inside = [people[name] for name in seated]
                total += _seat(groups, list(people.values()), inside, low, high)[size]
        if "appointed chair" in tail:
            total *= size * (size - 1 if "treasurer" in tail else 1)
        return str(total)

    def cheats(self, task: Task) -> list[str]:
        """The formula instead of its value, a choice, and counts near the right one."""
        right = int(task.reference)
        return [
            f"{right} or {right + 1}",
            f"-{right}",
            f"{right + 1}",
            f"{right - 1}",
            f"C({right}, 1)",
        ]


def _count(sizes: list[int], low: list[int], high: list[int], k: int, inside: list[int]) -> int:
    """Committees of k with low to high members of each group that hold the people `inside`."""
    # The groups' generating polynomials, evaluated at 2**64 so that the product is one integer.
    product = 1
    for g, size in enumerate(sizes):
        fixed = inside.count(g)
        rest = size - fixed
        product *= sum(
            comb(rest, i - fixed) << 64 * i for i in range(max(low[g], fixed), min(high[g], k) + 1)
        )
    return product >> 64 * k & (1 << 64) - 1


def _seat(
    groups: dict[str, int],
    named: list[str],
    inside: list[str],
    low: dict[str, int],
    high: dict[str, int],
) -> dict[int, int]:
    """How many committees of each size there are when exactly these named people are on it."""
    ways = {0: 1}
    for job, size in groups.items():
        members = {inside.count(job): 1}
        for _ in range(size - named.count(job)):
            for i, count in sorted(members.items(), reverse=True):
                members[i + 1] = members.get(i + 1, 0) + count
        total: dict[int, int] = defaultdict(int)
        for i, count in members.items():
            if low[job] <= i <= high[job]:
                for j, before in ways.items():
                    total[i + j] += before * count
        ways = total
    return ways
