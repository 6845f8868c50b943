"""`check_vector_env`: run every rule and report every finding."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import gymnasium as gym
from gymnasium.vector import AutoresetMode

from synth_envs.checking.autoreset import AUTORESET_RULES, modes_agree
from synth_envs.checking.interface import ATTRIBUTE_RULES, LIFE_RULES
from synth_envs.checking.probe import Actions, Probe, Vector, probe_of
from synth_envs.checking.reproducibility import ONCE_RULES, REPRODUCIBILITY_RULES
from synth_envs.checking.structure import BrokenRuleError

__all__ = ["VectorEnvError", "Violation", "check_vector_env"]

Rule: TypeAlias = Callable[[Probe, AutoresetMode], Iterator[str]]


@dataclass(frozen=True)
class Violation:
    """One broken rule: its name, what is wrong and what to do, and the modes where it was found."""

    rule: str
    detail: str
    modes: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.rule} [{', '.join(self.modes)}]: {self.detail}"


class VectorEnvError(AssertionError):
    """A vector environment breaks Gymnasium's contract.

    Attributes:
        violations: Every broken rule. The first is often the cause of those below it.
    """

    def __init__(self, name: str, violations: Sequence[Violation]) -> None:
        self.violations = tuple(violations)
        rules = "1 rule" if len(violations) == 1 else f"{len(violations)} rules"
        lines = [f"{name} breaks {rules} of Gymnasium's vector contract:"]
        super().__init__("\n- ".join([*lines, *map(str, violations)]))


def check_vector_env(
    make: Callable[..., Vector] | str,
    *,
    num_envs: int = 3,
    steps: int = 60,
    seed: int = 123,
    kwargs: Mapping[str, Any] | None = None,
    scalar: Callable[..., gym.Env[Any, Any]] | None = None,
    actions: Actions | None = None,
    modes: Sequence[str | AutoresetMode] = tuple(AutoresetMode),
) -> None:
    """Check that a vector environment follows Gymnasium's contract.

    `gymnasium.utils.env_checker.check_env` covers scalar environments only. This is its counterpart
    for `gymnasium.vector.VectorEnv`: attributes and metadata; structure, shapes, dtypes and masks of
    every result; the three autoreset modes, `reset_mask` included; seeding; independence of the
    batch size, of order and of what the caller does with results; equality with the scalar
    environment; registration, time limit, rendering, closing and copying.

    Args:
        make: A registered id, or a factory called with `num_envs`, `autoreset_mode` (a string such
            as "SameStep") and `kwargs`. The rules of registration need an id.
        num_envs: The batch size to check, at least 2; a batch of 1 is checked too.
        steps: How many steps each run has. Episodes must end within two thirds of it.
        seed: The seed of every run.
        kwargs: Further arguments of `make`; and of `scalar`. With an id, `vectorization_mode` and
            `vector_kwargs` choose Gymnasium's own vectorisation as in `gymnasium.make_vec`.
        scalar: Makes the scalar environment. `SyncVectorEnv` over it must return exactly the same.
            By default, the scalar environment of the id, if it has one.
        actions: Called with the vector environment and the step, returns the batched actions; use it
            where random actions never end an episode or never score. By default,
            `env.action_space.sample()`, seeded.
        modes: The autoreset modes that the environment claims to support.

    Raises:
        VectorEnvError: The contract is broken. The message names every broken rule, what was seen
            and what to do; `violations` holds the same as data.
        ValueError: An argument is out of range.

    Example:
        >>> import gymnasium as gym
        >>> import synth_envs
        >>> synth_envs.check_vector_env("CartPole-v1", kwargs={"vectorization_mode": "sync"})
        >>> cart_poles = gym.envs.classic_control.cartpole.CartPoleVectorEnv
        >>> synth_envs.check_vector_env(
        ...     lambda num_envs, autoreset_mode: cart_poles(num_envs), modes=["NextStep"]
        ... )
        Traceback (most recent call last):
        ...
        synth_envs.checking.vector.VectorEnvError: <lambda> breaks ... rules of Gymnasium's vector contract:
        - metadata [NextStep]: metadata must be the instance's own dict: ...

    Note:
        Two faults of Gymnasium's own `SyncVectorEnv` and `AsyncVectorEnv` are not held against them:
        they remove `reset_mask` from the caller's options, and hold factories that pickle refuses.
        `AsyncVectorEnv` also steps finished sub-environments in Disabled mode; that is reported.
    """
    if num_envs < 2 or steps < 3:
        msg = f"num_envs must be at least 2 and steps at least 3, got {num_envs} and {steps}"
        raise ValueError(msg)
    chosen = [AutoresetMode(mode) for mode in modes]
    if not chosen:
        msg = "modes must name at least one autoreset mode"
        raise ValueError(msg)
    probe = probe_of(
        make,
        num_envs=num_envs,
        steps=steps,
        seed=seed,
        kwargs=kwargs,
        scalar=scalar,
        actions=actions,
    )
    violations = _merged(_violations(probe, chosen))
    if violations:
        raise VectorEnvError(probe.name, violations)


def _violations(probe: Probe, modes: Sequence[AutoresetMode]) -> Iterator[Violation]:
    sound = []
    for mode in modes:
        refused = list(_run("construction", _make, probe, mode))
        if refused:
            yield from refused
            continue
        yield from _run_all(ATTRIBUTE_RULES, probe, mode)
        # Nothing more can be read from results without the contract's structure.
        malformed = list(_run("results", _record, probe, mode))
        yield from malformed
        if malformed:
            continue
        sound.append(mode)
        yield from _run_all(AUTORESET_RULES[mode] + REPRODUCIBILITY_RULES, probe, mode)
    if not sound:
        return
    first = max(
        sound, key=(AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP, AutoresetMode.DISABLED).index
    )
    for mode in sound:
        if mode is not first:

            def agree(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
                modes_agree(probe, first, mode)
                yield from ()

            yield from _run("modes agree", agree, probe, mode)
    yield from _run_all(ONCE_RULES + LIFE_RULES, probe, first)


def _make(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    try:
        with probe.env(mode):
            return
    except Exception as error:  # noqa: BLE001 - any error is the finding
        yield (
            f"making it with num_envs={probe.num_envs} and autoreset_mode={mode.value!r} raised "
            f"{type(error).__name__}: {error}; take both as plain keyword arguments, or leave the "
            "mode out of `modes`"
        )


def _record(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    probe.base(mode)
    yield from ()


def _run_all(
    rules: Sequence[tuple[str, Rule]], probe: Probe, mode: AutoresetMode
) -> Iterator[Violation]:
    for name, rule in rules:
        yield from _run(name, rule, probe, mode)


def _run(name: str, rule: Rule, probe: Probe, mode: AutoresetMode) -> Iterator[Violation]:
    """The first finding of one rule in one mode, if any."""
    try:
        detail = next(rule(probe, mode), None)
    except BrokenRuleError as error:
        name, detail = error.rule or name, str(error)
    except Exception as error:  # noqa: BLE001 - whatever the environment raises is a finding
        detail = f"the check was stopped by {type(error).__name__}: {error}"
    if detail is not None:
        yield Violation(name, detail, (mode.value,))


def _merged(violations: Iterator[Violation]) -> list[Violation]:
    """The first finding of each rule, with every mode that broke it."""
    merged: dict[str, Violation] = {}
    for new in violations:
        old = merged.setdefault(new.rule, new)
        modes = tuple(dict.fromkeys(old.modes + new.modes))
        merged[new.rule] = Violation(old.rule, old.detail, modes)
    return list(merged.values())
