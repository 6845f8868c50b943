"""What the six modes share: problems are drawn, go through the gates and become tasks, in batches."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, ClassVar

from sandboxes import Sandbox, SandboxError, get_sandbox
from synth_envs.code.gates import Accepted, examine
from synth_envs.code.problems import Problem, load_template
from synth_envs.code.slow import SLOW
from synth_envs.code.templates import TEMPLATES
from synth_envs.core import Json, Score, Task
from synth_envs.families import Family, suggest
from synth_envs.seeding import Split, TaskRandom, split_of_key

__all__ = ["COMPOSED", "PROGRAMS", "CodeMode", "Draw", "sandbox", "template_names"]

#: The group of the templates that compose programs at random; half of all problems are theirs.
COMPOSED = "composed"
#: The references that ask for programs.
_PROGRAM = {"entry": str, "public": list, "hidden": list, "solution": str}
PROGRAMS: Mapping[str, Mapping[str, type]] = {"function": _PROGRAM, "program": _PROGRAM}
_MAX_DRAWS = 2_000
#: After so many problems that the gates have stopped, a draw is given up.
_MOST_REFUSED = 150
_MAX_BATCH = 64


def sandbox() -> Sandbox:
    """Return the process's sandbox, where references and responses run."""
    return get_sandbox()


def other_sandbox() -> Sandbox:
    """Return one with another hash seed, or the same one where there is only one way of hashing."""
    try:
        return get_sandbox(hash_seed=1)
    except SandboxError:
        return get_sandbox()


@dataclass(slots=True)
class Draw:
    """One task to be made.

    Attributes:
        rng: All randomness of the task.
        difficulty: In [0, 1].
        split: Which split its problem must be in, or "all".
        refused: How many of its problems the gates have stopped so far.
        kept: What the mode keeps of those problems, None at first.
    """

    rng: TaskRandom
    difficulty: float
    split: Split | str = "all"
    refused: int = 0
    kept: Any = None


def template_names(
    family: str | Sequence[str] | None, known: Mapping[str, str] = TEMPLATES
) -> tuple[str, ...]:
    """Return the names of templates, for names of templates or of their groups; None means all.

    Raises:
        ValueError: There is no such template or group.
    """
    if family is None:
        return tuple(known)
    names: list[str] = []
    groups = {load_template(path).group for path in known.values()}
    for one in (family,) if isinstance(family, str) else tuple(family):
        if one in known:
            names.append(one)
        elif one in groups:
            names += [name for name, path in known.items() if load_template(path).group == one]
        else:
            hint = suggest(one, [*known, *sorted(groups)])
            msg = f"unknown code family {one!r}{hint}"
            if one in TEMPLATES or one in SLOW:
                msg = f"code family {one!r} has no tasks of this kind{hint}"
            raise ValueError(msg)
    if not names:
        msg = "name at least one code family"
        raise ValueError(msg)
    return tuple(dict.fromkeys(names))


class CodeMode(Family):
    """Tasks of one mode over templates.

    A subclass turns accepted problems into tasks (`build`) and says how responses are verified.
    `gates` counts what became of every problem drawn.

    Args:
        names: Templates by name; all if None.
    """

    group: ClassVar[str] = "code"
    solved: ClassVar[bool] = False
    hostile_seconds: ClassVar[float] = 12.0
    templates: ClassVar[Mapping[str, str]] = TEMPLATES
    #: The kinds of reference that `verify_batch` reads, each with its fields and their types.
    schema: ClassVar[Mapping[str, Mapping[str, type]]]

    def __init__(self, names: Sequence[str] | None = None) -> None:
        self.names = tuple(self.templates) if names is None else tuple(names)
        self.gates: Counter[str] = Counter()

    @abstractmethod
    def build(self, made: Sequence[tuple[Accepted, Draw]]) -> list[Task | str]:
        """Return a task for each accepted problem, or the name of the gate that stops it."""

    @abstractmethod
    def verify_batch(self, tasks: Sequence[Task], responses: Sequence[str]) -> list[Score]:
        """Score many responses in one call of the sandbox."""

    @abstractmethod
    def right(self, task: Task) -> str:
        """Return a response that scores 1.0."""

    def oracle(self, task: Task) -> str:
        """The reference as a response.

        Raises:
            ValueError: The task is not one of this mode.
        """
        self.check(task)
        return self.right(task)

    def check(self, task: Task) -> None:
        """Refuse a task that is not one of this mode, such as one from a file.

        Raises:
            ValueError: Its reference is not what this mode verifies.
        """
        reference = task.reference
        kind = reference.get("kind") if isinstance(reference, dict) else None
        fields = self.schema.get(kind) if isinstance(kind, str) else None
        if fields is None:
            msg = f"not a task of {self.family}: its reference is of kind {kind!r}"
            raise ValueError(msg)
        for name, wanted in fields.items():
            if wanted is not object and not isinstance(reference.get(name), wanted):
                msg = f"malformed task: {name!r} in its reference must be a {wanted.__name__}"
                raise ValueError(msg)
            if name not in reference:
                msg = f"malformed task: its reference lacks {name!r}"
                raise ValueError(msg)
        for name in ("public", "hidden"):
            pairs = reference.get(name, [])
            if any(type(one) is not list or len(one) != 2 for one in pairs) or any(
                type(given) is not list for given, _ in pairs
            ):
                msg = f"malformed task: {name!r} must hold pairs of arguments and a result"
                raise ValueError(msg)

    def __call__(self, task: Task, response: str) -> Score:
        """Score one response."""
        return self.verify_batch([task], [response])[0]

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw problems until one passes the gates and becomes a task."""
        return self.draw(rng, difficulty, "all")

    def draw(self, rng: TaskRandom, difficulty: float, split: str) -> Task:
        """Draw problems of the split until one passes the gates and becomes a task."""
        return self.tasks([Draw(rng, difficulty, split)])[0]

    def tasks(self, draws: Sequence[Draw]) -> list[Task]:
        """Make one task for each draw, each equal to what it would be alone.

        Raises:
            RuntimeError: A draw found no problem: its templates have too few at that difficulty.
            SandboxError: A fault of ours.
        """
        done: dict[int, Task] = {}
        tries = [0] * len(draws)
        while len(done) < len(draws):
            todo = [place for place in range(len(draws)) if place not in done][:_MAX_BATCH]
            problems = [self._problem(draws[place], tries, place) for place in todo]
            outcomes = examine(problems, sandbox(), other_sandbox())
            made: list[tuple[int, Accepted]] = []
            for place, outcome in zip(todo, outcomes, strict=True):
                if isinstance(outcome, Accepted):
                    made.append((place, outcome))
                else:
                    self.gates[outcome.reason] += 1
            built = self.build([(outcome, draws[place]) for place, outcome in made])
            for (place, _), task in zip(made, built, strict=True):
                if isinstance(task, Task):
                    done[place] = task
                self.gates["accepted" if isinstance(task, Task) else task] += 1
            for place in todo:
                if place not in done:
                    self._refuse(draws[place])
        return [done[place] for place in range(len(draws))]

    def _refuse(self, draw: Draw) -> None:
        """Count a problem that the gates have stopped, and give up on a hopeless choice."""
        draw.refused += 1
        if draw.refused >= _MOST_REFUSED:
            msg = (
                f"{self.family} made no task of {draw.refused} problems at difficulty "
                f"{draw.difficulty:g} among {self._shown()}: add other families or change the difficulty"
            )
            raise RuntimeError(msg)

    def _shown(self) -> str:
        return ", ".join(self.names[:5]) + (", ..." if len(self.names) > 5 else "")

    def level(self, difficulty: float) -> float:
        """Return the difficulty of the problems that tasks of this difficulty are made of."""
        return difficulty

    def _problem(self, draw: Draw, tries: list[int], place: int) -> Problem:
        while tries[place] < _MAX_DRAWS:
            tries[place] += 1
            template = load_template(self.templates[self.name(draw)])
            problem = template.make(draw.rng, self.level(draw.difficulty))
            if draw.split == "all" or split_of_key(_key(problem)) == draw.split:
                return problem
        msg = (
            f"{self.family} found no {draw.split} task in {_MAX_DRAWS} problems at difficulty "
            f"{draw.difficulty:g} among {self._shown()}: they have too few there"
        )
        raise RuntimeError(msg)

    def name(self, draw: Draw) -> str:
        """Return the name of a template: half of the draws are of composed programs."""
        rng = draw.rng
        composed = [name for name in self.names if name.startswith(COMPOSED)]
        others = [name for name in self.names if not name.startswith(COMPOSED)]
        if composed and others:
            return rng.choice(composed if rng.randrange(2) else others)
        return rng.choice(composed or others)

    def task_of(
        self,
        accepted: Accepted,
        draw: Draw,
        prompt: str,
        reference: Json,
        **metadata: Json,
    ) -> Task:
        """Return the task; its split is that of the program behind it."""
        problem = accepted.problem
        about = {"template": problem.family, "entry": problem.entry, **metadata}
        return Task(self.family, prompt, reference, draw.difficulty, about, split_key=_key(problem))


def _key(problem: Problem) -> str:
    """Name the program: all tasks about it are in one split, whatever they ask and show."""
    return blake2b(problem.source.encode(), digest_size=12).hexdigest()
