"""A printer that takes waiting jobs by drawn rules."""

from __future__ import annotations

from string import Template as Text
from typing import ClassVar

from synth_envs.code.problems import Problem, Template
from synth_envs.core import Json
from synth_envs.seeding import TaskRandom

__all__ = ["PrintQueue"]

#: Which job is next: text, what the reference compares (smallest first), what the other program
#: compares (largest first).
_NEXT = (
    ("the one that has been waiting longest", "", "0"),
    ("the one with the fewest pages left", "job.pages, ", "-left[n]"),
    ("the one with the largest priority", "-job.priority, ", "jobs[n][2]"),
    ("the one that has been waiting for the shortest time", "-job.since, ", "since[n]"),
    ("the one with the most pages left", "-job.pages, ", "left[n]"),
    (
        "the one whose priority is largest, where 1 is added to a priority for each $k whole minutes that the job has been waiting",
        "-job.priority - (now - job.since) // $k, ",
        "jobs[n][2] + len(range(since[n] + $k, minute + 1, $k))",
    ),
    (
        "the one whose priority minus the number of its pages that are left is largest",
        "job.pages - job.priority, ",
        "jobs[n][2] - left[n]",
    ),
)
_ASKED = (
    (
        "Return the list of the minutes at which the jobs are finished, in the order of `jobs`$never.",
        "list[int]",
        "finished",
        "done",
    ),
    (
        "Return the list of the turns, in order, each as [number of the job, the minute at which the turn begins].",
        "list[list[int]]",
        "turns",
        "begun",
    ),
    (
        "Return [the minute at which the last turn ends, the number of minutes before that during which no turn was going on, the number of turns] (three zeros if there is no turn).",
        "list[int]",
        "[now, idle, len(turns)] if turns else [0, 0, 0]",
        "[max(end, 0), end - worked if begun else 0, len(begun)]",
    ),
    (
        "Return [the longest time that a job waits before one of its turns, the sum of these times over all turns] (two zeros if there is no turn).",
        "list[int]",
        "[max(waits, default=0), sum(waits)]",
        "[sorted([0] + waited)[-1], sum(waited)]",
    ),
)
_SOURCE = Text("""\
class Job:
    def __init__(self, number, since, pages, priority):
        self.number = number
        self.since = since
        self.pages = pages
        self.priority = priority


def serve(jobs):
    waiting = [Job(number, *job) for number, job in enumerate(jobs)]
    finished = [-1] * len(jobs)
    turns, waits = [], []
    now = idle = 0
    while waiting:
$leave        ready = [job for job in waiting if job.since <= now]
        if not ready:
$skip            continue
$chosen        turns.append([job.number, now])
        waits.append(now - job.since)
$turn    return $answer
""")
_LEAVE = """\
        waiting = [job for job in waiting if now - job.since <= $patience]
        if not waiting:
            break
"""
_WHOLE = Text("""\
        now += job.pages$setup
        finished[job.number] = now
        waiting.remove(job)
""")
_PART = Text("""\
        printed = min(job.pages, $most)
        now += printed$setup
        job.pages -= printed
        if job.pages > 0:
            job.since = now
        else:
            finished[job.number] = now
            waiting.remove(job)
""")
_SKIP = """\
            start = min(job.since for job in waiting)
            idle += start - now
            now = start
"""
_AGAIN = Text("""\
def serve(jobs):
    since = [job[0] for job in jobs]
    left = [job[1] for job in jobs]
    done = [-1 for _ in jobs]
    begun, waited = [], []
    here = set(range(len(jobs)))
    busy = worked = end = 0
    current = None
    minute = 0
    while here or current is not None:
        if current is not None and busy == 0:
            if left[current] == 0:
                done[current] = minute
            else:
                since[current] = minute
                here.add(current)
            current = None
            end = minute
        if current is None:
            here -= {n for n in here if minute > since[n] + $patience}
            order = sorted((n for n in here if minute >= since[n]), reverse=True)
            order.sort(key=lambda n: ($key, -since[n]))
            if order:
                current = order[-1]
                here.discard(current)
                begun.append([current, minute])
                waited.append(minute - since[current])
                pages = 0
                while left[current] and pages < $most:
                    pages += 1
                    left[current] -= 1
                busy = pages + $setup
                worked += busy
        minute += 1
        busy = max(0, busy - 1)
    return $answer
""")


class PrintQueue(Template):
    """Find out when jobs are printed by a printer that serves them by drawn rules."""

    name: ClassVar[str] = "print_queue"
    group: ClassVar[str] = "state machines and simulations"

    def make(self, rng: TaskRandom, difficulty: float) -> Problem:
        """Draw which job is next, turns, the time between them, patience and the question."""
        words, key, other = rng.choice(_NEXT[: 4 + int(3 * difficulty)])
        k = rng.randint(2, 4)
        words, key, other = (Text(text).substitute(k=k) for text in (words, key, other))
        most = rng.randint(2, 4) if rng.random() < 0.3 + 0.4 * difficulty else 0
        setup = rng.randint(1, 3) if rng.random() < 0.6 * difficulty else 0
        patience = rng.randint(4, 8) if rng.random() < 0.6 * difficulty else 0
        asked, kind, answer, again = rng.choice(_ASKED)
        turn = (
            "prints all its pages"
            if not most
            else f"prints {most} of its pages, or all that are left if there are fewer"
        )
        rest = ""
        if most:
            rest = " If pages of it are left then, it has to wait again, and the time for which it has been waiting begins anew at this minute."
        if setup:
            rest = (
                f" Before that, every turn begins with {setup} minute{'s' * (setup > 1)} of getting ready, which belong{'s' * (setup == 1)} to it."
                + rest
            )
        if patience:
            rest += f" Whenever the printer is about to choose, all jobs that have been waiting for more than {patience} minutes give up for good before it chooses."
        never = ", and -1 for a job that gives up" if patience else ""
        end = f" + {setup}" if setup else ""
        ties = (
            ""
            if "longest" in words or "shortest" in words
            else "the one that has been waiting longest, and of these "
        )
        chosen = f"ready, key=lambda job: ({key}job.since, job.number)"
        chosen = chosen.replace("-job.since, job.since", "-job.since")
        source = _SOURCE.substitute(
            chosen=f"        job = min({chosen})\n"
            if len(chosen) < 82
            else f"        job = min(\n            {chosen}\n        )\n",
            leave=Text(_LEAVE).substitute(patience=patience) if patience else "",
            skip=_SKIP,
            turn=(_PART if most else _WHOLE).substitute(most=most, setup=end),
            answer=answer,
        )
        return self.problem(
            entry="serve",
            parameters=(("jobs", "list[list[int]]"),),
            returns=kind,
            statement=(
                "Each of the `jobs` is [minute, pages, priority]: the minute (at least 0) from which on it waits for the printer, the number of its pages (at least 1) and its priority. Jobs are numbered from 0 "
                "in the order of the list, which need not be the order of their minutes. The printer needs one minute for a page. From minute 0 on, whenever no turn is going on, it chooses among the jobs that are waiting (also those whose wait begins or "
                f"begins anew at this very minute) {words}; of several such jobs, {ties}the one with the smallest number. The chosen job has a turn: it {turn}.{rest} "
                f"If no job is waiting, the printer waits for the next one. {Text(asked).substitute(never=never)}"
            ),
            source=_without_unused(source),
            second=_AGAIN.substitute(
                patience=patience or 10**6, key=other, most=most or 10**6, setup=setup, answer=again
            ),
            inputs=_inputs(rng, difficulty),
            difficulty=difficulty,
        )


def _without_unused(source: str) -> str:
    """Drop the lines that keep what is not returned."""
    returned = source[source.rindex("return") :]
    if "waits" not in returned:
        source = source.replace("turns, waits = [], []", "turns = []")
        source = source.replace("        waits.append(now - job.since)\n", "")
    if "turns" not in returned:
        source = source.replace("turns, waits = [], []", "waits = []").replace(
            "    turns = []\n", ""
        )
        source = source.replace("        turns.append([job.number, now])\n", "")
    if "idle" not in returned:
        source = source.replace("now = idle = 0", "now = 0")
        source = source.replace(_SKIP, "            now = min(job.since for job in waiting)\n")
    if "finished" not in returned:
        source = source.replace("    finished = [-1] * len(jobs)\n", "")
        source = source.replace("            finished[job.number] = now\n", "")
        source = source.replace("        finished[job.number] = now\n", "")
    return source


def _inputs(rng: TaskRandom, difficulty: float) -> list[list[Json]]:
    given: list[list[Json]] = [
        [[[0, 3, 1], [1, 5, 2], [1, 2, 4]]],
        [[[2, 4, 1]]],
        [[[6, 1, 5], [0, 2, 3], [0, 6, 3], [1, 1, 0]]],
        [[]],
        [[[0, 1, 0]]],
        [[[0, 2, 1], [0, 2, 1], [0, 2, 1]]],
        [[[5, 2, 1], [5, 2, 3]]],
        [[[0, 10, 0], [1, 1, 9], [2, 3, 4]]],
        [[[0, 4, 1], [4, 4, 1], [8, 4, 1]]],
        [[[3, 2, 2], [0, 9, 2], [1, 1, 2], [9, 1, 2]]],
        [[[0, 5, 2], [0, 3, 7], [5, 3, 7], [3, 5, 2]]],
        [[[20, 2, 1], [0, 2, 1], [10, 7, 1], [11, 1, 2], [12, 1, 3]]],
        [[[0, 7, 1], [0, 3, 1], [0, 1, 1], [1, 1, 1], [2, 1, 1], [3, 1, 1]]],
        [[[0, 3, 0], [1, 3, 3], [2, 3, 1], [2, 3, 5], [2, 3, 3]]],
    ]
    given += [[[[0, pages, 3], [0, 2, 1], [1, 1, 2], [pages, 1, 3]]] for pages in range(3, 10)]
    for _ in range(30):
        late = rng.choice((3, 8, 20))
        jobs: list[Json] = [
            [rng.randint(0, late), rng.choice((1, 2, 3, 3, 4, 5, 8)), rng.randint(0, 5)]
            for _ in range(rng.randint(2, 5 + int(3 * difficulty)))
        ]
        given.append([jobs])
    return given
