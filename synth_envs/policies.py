"""Reference policies for any registered environment: trivial agents, the oracle, the expert.

A text policy answers a prompt with a response. In a token environment the same response is typed
one token at a time. Simulators have policies of their domain for the same names.
"""

import copy
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from synth_envs.audit import SENSELESS, misread
from synth_envs.core import Policy, Task, TaskSource
from synth_envs.families import suggest
from synth_envs.seeding import TaskRandom

__all__ = ["POLICIES", "TRIVIAL", "make_policy"]

TRIVIAL = ("empty", "constant", "echo", "random")
POLICIES = (*TRIVIAL, "oracle", "scripted", "careless")

_RANDOM_SEED = 20_260


class _View(Protocol):
    """What a policy may read of one environment beyond its observation."""

    @property
    def task(self) -> Task:
        """The current task; only the oracle reads its reference."""
        ...

    @property
    def source(self) -> TaskSource:
        """The task source."""
        ...


def make_policy(name: str, env: Any) -> Policy:
    """Make a reference policy for an environment or a vector environment.

    Args:
        name: "empty", "constant", "echo", "random", "oracle" (reads the reference), "scripted"
            (the domain's expert, which reads only the prompt) or "careless" (the expert behind a
            reader that misreads 2% of the digits, names and signs). In driving they are, in this
            order: always slower, idle, creeping, random, the clairvoyant planner, the rule driver,
            the gap rule. In trading and finance "empty" does nothing, the oracle plays the optimum
            or knows the simulator's parameters, and the expert sees what any agent sees. In dialogue acts
            "empty" says goodbye, "constant" asks for the name, "echo" says "I see", and the oracle
            hears every value right.
        env: The environment it will act in; acting in another one is undefined.

    Raises:
        ValueError: The name is unknown, or the environment has no such policy.
    """
    if name not in POLICIES:
        msg = f"unknown policy {name!r}{suggest(name, POLICIES)}"
        raise ValueError(msg)
    first = _first(env)
    if name == "random":
        return _Random(getattr(env, "single_action_space", env.action_space))
    if hasattr(first, "sim"):
        return _of_simulator(name, env, first)
    views = _views(env)
    respond = _RESPONSES[name]
    if name in ("scripted", "careless") and not all(
        hasattr(view().source, "solve") for view in views
    ):
        msg = "there is no scripted expert for this environment (real data has none)"
        raise ValueError(msg)
    if hasattr(first, "encode_response"):
        return _TypedResponses(respond, views, first.encode_response)
    return _TextResponses(respond, views)


def _of_simulator(name: str, env: Any, first: Any) -> Policy:
    """The policy of a simulator's own domain, which answers in words where it is asked in words.

    Raises:
        ValueError: It has none.
    """
    from synth_envs.sim_text_env import SimTextEnv, SimTextVectorEnv, Spoken

    if first.sim.name.startswith("driving"):
        from synth_envs.driving.policies import make_driving_policy as make
    elif first.sim.name.startswith("replay"):
        from synth_envs.driving.real.policies import make_replay_policy as make
    elif first.sim.name.startswith("dialogue"):
        from synth_envs.dialogue.talkers import make_dialogue_policy as make
    elif first.sim.name.startswith("trading"):
        from synth_envs.trading.policies import make_market_policy as make
    else:
        msg = f"there is no policy {name!r} for this environment; 'random' acts in any"
        raise ValueError(msg)
    policy = make(name, env)
    return Spoken(policy, env) if isinstance(first, SimTextEnv | SimTextVectorEnv) else policy


def _first(env: Any) -> Any:
    inner = env.unwrapped
    return inner.envs[0].unwrapped if hasattr(inner, "envs") else inner


def _views(env: Any) -> list[Callable[[], _View]]:
    """One accessor for each sub-environment; the task changes with each episode."""
    inner = env.unwrapped
    if hasattr(inner, "envs"):
        return [lambda sub=sub: sub.unwrapped for sub in inner.envs]  # type: ignore[misc]
    if hasattr(type(inner), "tasks"):
        return [lambda i=i: _Member(inner.tasks[i], inner.source) for i in range(inner.num_envs)]  # type: ignore[misc]
    return [lambda: inner]


class _Member:
    """One member of a native vector environment."""

    def __init__(self, task: Task, source: TaskSource) -> None:
        self.task = task
        self.source = source


Respond = Callable[[_View], str]


def _solve(view: _View) -> str:
    task = view.task
    answer: str = view.source.solve(task.family, task.prompt)  # type: ignore[attr-defined]
    return answer


def _solve_carelessly(view: _View) -> str:
    task = view.task
    noisy = misread(task.prompt, TaskRandom(task.digest))
    try:
        answer: str = view.source.solve(task.family, noisy)  # type: ignore[attr-defined]
    except SENSELESS:
        return ""
    return answer


_RESPONSES: dict[str, Respond] = {
    "empty": lambda _: "",
    "constant": lambda _: "1",
    "echo": lambda view: view.task.prompt,
    "oracle": lambda view: view.source.oracle(view.task),
    "scripted": _solve,
    "careless": _solve_carelessly,
}


class _TextResponses:
    """Gives the whole response as one action."""

    def __init__(self, respond: Respond, views: Sequence[Callable[[], _View]]) -> None:
        self._respond = respond
        self._views = views

    def act(self, observations: Sequence[Any]) -> tuple[str, ...]:
        """One response for each environment."""
        del observations
        return tuple(self._respond(view()) for view in self._views)

    def reset(self, indices: Sequence[int]) -> None:
        """Nothing is remembered."""


class _TypedResponses:
    """Types the response token by token.

    The position is read from the environment, so that nothing here can fall out of step with it.
    """

    def __init__(
        self,
        respond: Respond,
        views: Sequence[Callable[[], Any]],
        encode: Callable[[str], list[int]],
    ) -> None:
        self._respond = respond
        self._views = views
        self._encode = encode
        self._typed: list[tuple[str, list[int]]] = [("", [])] * len(views)

    def act(self, observations: Sequence[Any]) -> Any:
        """The next token for each environment; shape (n,)."""
        del observations
        actions = []
        for i, make_view in enumerate(self._views):
            view = make_view()
            task_id = view.task.task_id
            if self._typed[i][0] != task_id:
                self._typed[i] = (task_id, self._encode(self._respond(view)))
            tokens, position = self._typed[i][1], view.typed
            actions.append(tokens[position] if position < len(tokens) else 0)
        return np.array(actions)

    def reset(self, indices: Sequence[int]) -> None:
        """Nothing is remembered beyond the current task."""


class _Random:
    """Samples the action space, from a stream of its own."""

    def __init__(self, space: Any) -> None:
        self._space = copy.deepcopy(space)
        self._space.seed(_RANDOM_SEED)

    def act(self, observations: Sequence[Any]) -> Any:
        """One sample for each environment."""
        samples = [self._space.sample() for _ in range(len(observations))]
        return tuple(samples) if isinstance(samples[0], str) else np.array(samples)

    def reset(self, indices: Sequence[int]) -> None:
        """Nothing is remembered."""
