"""The vocabulary of the suite: tasks, scores and the protocols that pass them around.

Nothing here knows a domain. A `Task` is immutable and named by its content; a `Score` says how a
response fared and what the agent may see of that.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import Any, Literal, Protocol, TypeAlias

from synth_envs.seeding import Split, TaskRandom, split_of, split_of_key

__all__ = [
    "Json",
    "Policy",
    "Score",
    "Status",
    "Task",
    "TaskGenerator",
    "TaskSource",
    "Verifier",
]

# Any JSON value. A recursive alias would make every reader of a reference narrow each level.
Json: TypeAlias = Any

Status = Literal["pass", "fail", "unparsable", "timeout", "error"]


@dataclass(frozen=True, init=False, eq=False)
class Task:
    """One problem instance: what the agent reads and what the verifier needs.

    Attributes:
        family: The family that made it, e.g. "chain_sum".
        prompt: The text shown to the agent. It determines the task: the content hash covers the
            family and the prompt.
        reference: A JSON value that only the verifier and the oracle read.
        difficulty: In [0, 1].
        metadata: JSON values for analysis; never shown to the agent.
        split_key: Names the problem behind the prompt. Tasks with the same key share a split, so
            that one program, say, is not trained on in one wording and tested in another. Empty:
            the task's own content decides.
    """

    family: str
    prompt: str
    reference: Json
    difficulty: float
    metadata: Mapping[str, Json]
    split_key: str

    def __init__(
        self,
        family: str,
        prompt: str,
        reference: Json,
        difficulty: float = 0.0,
        metadata: Mapping[str, Json] | None = None,
        *,
        split_key: str = "",
    ) -> None:
        # Writing the instance dict directly costs a third of a frozen dataclass's own __init__,
        # which would be a quarter of the cost of generating a simple task.
        fields = self.__dict__
        fields["family"] = family
        fields["prompt"] = prompt
        fields["reference"] = reference
        fields["difficulty"] = float(difficulty)
        fields["metadata"] = {} if metadata is None else metadata
        fields["split_key"] = split_key

    @cached_property
    def digest(self) -> bytes:
        """The 16-byte content hash of the family and the prompt."""
        return blake2b(f"{self.family}\0{self.prompt}".encode(), digest_size=16).digest()

    @property
    def task_id(self) -> str:
        """The content hash in hexadecimal."""
        return self.digest.hex()

    @property
    def split(self) -> Split:
        """The split that owns this task; a function of its content alone."""
        return split_of_key(self.split_key) if self.split_key else split_of(self.digest)

    def __eq__(self, other: object) -> bool:
        """Equal when every field is equal."""
        return isinstance(other, Task) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        """Hash of the content."""
        return hash(self.digest)

    def to_dict(self) -> dict[str, Json]:
        """The task as plain JSON values, the inverse of `from_dict`."""
        fields = {
            "task_id": self.task_id,
            "family": self.family,
            "prompt": self.prompt,
            "reference": self.reference,
            "difficulty": self.difficulty,
            "metadata": dict(self.metadata),
        }
        return fields | {"split_key": self.split_key} if self.split_key else fields

    def to_json(self) -> str:
        """One line of JSON with sorted keys, equal for equal tasks."""
        return json.dumps(self.to_dict(), sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_dict(cls, data: Json) -> "Task":
        """Read a task from JSON values.

        Raises:
            ValueError: A field is missing, unknown or of the wrong type, or `task_id` is not the
                hash of the content.
        """
        if not isinstance(data, Mapping):
            msg = f"a task must be a JSON object, got {type(data).__name__}"
            raise ValueError(msg)  # noqa: TRY004 - one error type for every malformed task
        unknown = set(data) - {"task_id", *cls.__dataclass_fields__}
        missing = {"family", "prompt", "reference"} - set(data)
        if unknown or missing:
            msg = f"malformed task: missing {sorted(missing)}, unknown {sorted(map(str, unknown))}"
            raise ValueError(msg)
        family, prompt = data["family"], data["prompt"]
        difficulty, metadata = data.get("difficulty", 0.0), data.get("metadata", {})
        key = data.get("split_key", "")
        texts = isinstance(family, str) and isinstance(prompt, str) and isinstance(key, str)
        if not (texts and isinstance(metadata, Mapping)):
            msg = "malformed task: family, prompt and split_key must be text, metadata an object"
            raise ValueError(msg)
        number = isinstance(difficulty, int | float) and not isinstance(difficulty, bool)
        if not (number and 0 <= difficulty <= 1):
            msg = f"malformed task: difficulty must be a number in [0, 1], got {difficulty!r}"
            raise ValueError(msg)
        task = cls(
            family, prompt, data["reference"], float(difficulty), dict(metadata), split_key=key
        )
        claimed = data.get("task_id", task.task_id)
        if claimed != task.task_id:
            msg = f"task_id {claimed!r} is not the hash of its content ({task.task_id!r})"
            raise ValueError(msg)
        return task

    @classmethod
    def from_json(cls, text: str) -> "Task":
        """Read a task from one line of JSON; raises ValueError as `from_dict` does."""
        try:
            return cls.from_dict(json.loads(text))
        except RecursionError as error:
            msg = "malformed task: nested too deeply"
            raise ValueError(msg) from error


@dataclass(frozen=True)
class Score:
    """The verdict on one response.

    Attributes:
        value: In [0, 1]; the reward of an episode that ends with it.
        status: "pass" and "fail" are verdicts; "unparsable" and "timeout" are failures of the
            response; "error" is a fault of ours, which trainers mask.
        parts: Named reward terms, always present.
        feedback: What the agent may see. Never the reference, nor anything that depends on it
            beyond the verdict.
        final: Whether the episode ends here even if the response failed and turns are left, as
            after a verdict that must not be probed again.
    """

    value: float
    status: Status
    parts: Mapping[str, float] = field(default_factory=dict)
    feedback: str = ""
    final: bool = False

    def as_info(self) -> dict[str, Json]:
        """A fresh dict for `info["score"]`."""
        return {
            "value": self.value,
            "status": self.status,
            "parts": dict(self.parts),
            "feedback": self.feedback,
        }


class TaskGenerator(Protocol):
    """Makes tasks of one family."""

    @property
    def family(self) -> str:
        """The name written into each task."""
        ...

    def generate(self, rng: TaskRandom, difficulty: float) -> Task:
        """Draw one task; all randomness comes from `rng`, so equal streams give equal tasks."""
        ...


class Verifier(Protocol):
    """Scores responses. Raises `sandboxes.SandboxError` on a fault of ours, and nothing else."""

    def __call__(self, task: Task, response: str) -> Score:
        """Score one response."""
        ...

    def verify_batch(self, tasks: Sequence[Task], responses: Sequence[str]) -> list[Score]:
        """Score many responses; result i belongs to pair i."""
        ...


class TaskSource(Protocol):
    """What a text environment runs on: an indexable stream of tasks with their verifier."""

    def task(self, seed: int, index: int, split: str, difficulty: float | None) -> Task:
        """Task `index` of the stream (seed, split); a pure function of its arguments."""
        ...

    def verify_batch(self, tasks: Sequence[Task], responses: Sequence[str]) -> list[Score]:
        """Score many responses; result i belongs to pair i."""
        ...

    def oracle(self, task: Task) -> str:
        """A response that scores 1.0."""
        ...


class Policy(Protocol):
    """Maps a batch of observations to a batch of actions."""

    def act(self, observations: Sequence[Any]) -> Any:
        """One action for each observation, in order: a sequence or an array."""
        ...

    def reset(self, indices: Sequence[int]) -> None:
        """Forget what was remembered of these environments: new episodes begin there."""
        ...
