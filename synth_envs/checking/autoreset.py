"""Rules of the three autoreset modes."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode

from synth_envs.checking.probe import Probe, Vector
from synth_envs.checking.structure import BrokenRuleError
from synth_envs.checking.traces import Event, Trace, disagreement, replay
from synth_envs.checking.values import difference, join, split

__all__ = ["AUTORESET_RULES", "modes_agree"]


def _reset_step(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    for i in range(probe.num_envs):
        ended = False
        for k, row in enumerate(probe.base(mode).rows(i)):
            over = row.get("terminated", False) or row.get("truncated", False)
            if ended and row["call"] == "step" and (row["reward"] != 0 or over):
                yield (
                    f"the call after the episode of sub-environment {i} ended (call {k}) gave reward "
                    f"{row['reward']}, terminated {row['terminated']}, truncated {row['truncated']}; "
                    "it only resets: give 0, False, False"
                )
            ended = over


def _action_ignored(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    base = probe.base(mode)
    rows = base.action_rows()

    def other_action(env: Vector, step: int, resets: np.ndarray) -> Any:
        actions = list(rows[step])
        for i in np.flatnonzero(resets):
            for _ in range(20):
                actions[i] = split(env.action_space, env.action_space.sample())[i]
                if difference(actions[i], rows[step][i]):
                    break
        return join(env.single_action_space, actions)

    other = probe.run(mode, other_action)
    for i in range(probe.num_envs):
        found = disagreement(other.rows(i), base.rows(i))
        if found:
            yield (
                "the action of a step that only resets must be ignored, but with other actions on "
                f"those steps sub-environment {i} differs: {found[2]}"
            )


def _final_obs(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    base = probe.base(mode)
    pairs = []
    for k, event in enumerate(base.events):
        observations, infos = event.kept[0], event.kept[-1]
        yield from _final_problem(infos, "final_obs", event.ended, k)
        final = infos.get("final_obs")
        if final is None:
            continue
        if not isinstance(final, np.ndarray) or final.dtype != object:
            yield f"infos['final_obs'] must be an object array, one observation or None in each place, got {final!r}"
        resets = split(base.env.observation_space, observations)
        for i in range(probe.num_envs):
            if not event.ended[i]:
                if final[i] is not None:
                    yield f"final_obs[{i}] must be None where no episode ended, got {final[i]!r} at call {k}"
                continue
            pairs.append((final[i], resets[i]))
            if final[i] not in base.env.single_observation_space:
                yield f"final_obs[{i}] is outside single_observation_space: {final[i]!r}"
    vary = any(difference(reset, pairs[0][1]) for _, reset in pairs)
    if vary and not any(difference(final, reset) for final, reset in pairs):
        yield (
            "every final_obs equals the reset observation that is returned beside it; keep a copy "
            "of the episode's last observation before resetting"
        )


def _final_info(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    for k, event in enumerate(probe.base(mode).events):
        infos = event.kept[-1]
        yield from _final_problem(infos, "final_info", event.ended, k)
        if not isinstance(infos.get("final_info", {}), dict):
            yield f"infos['final_info'] must be a dict of batched infos, got {infos['final_info']!r}"


def _final_problem(infos: dict[str, Any], key: str, ended: np.ndarray, k: int) -> Iterator[str]:
    mask = infos.get(f"_{key}", np.zeros_like(ended))
    if ended.any() and key not in infos:
        yield f"infos has no {key!r} at call {k}, where episodes {np.flatnonzero(ended).tolist()} ended"
    elif (mask != ended).any():
        yield f"infos['_{key}'] is {mask.tolist()} at call {k}, where terminations | truncations is {ended.tolist()}"


def _finished(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    rows = probe.base(mode).action_rows()
    with probe.env(mode) as env:
        env.reset(seed=probe.seed)
        for actions in rows:
            returned = env.step(join(env.single_action_space, actions))
            ended = returned[2] | returned[3]
            if ended.any():
                try:
                    env.step(join(env.single_action_space, actions))
                except Exception:  # noqa: BLE001 - the contract does not name the type
                    return
                yield (
                    f"episodes {np.flatnonzero(ended).tolist()} are over, yet another step was accepted; "
                    "raise an error that asks for reset(options={'reset_mask': ...})"
                )
                return


def _mask_validated(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    n = probe.num_envs
    one = np.arange(n) == 0
    bad: tuple[tuple[str, Any, type[Exception]], ...] = (
        ("that is a list", one.tolist(), TypeError),
        ("of dtype int64", one.astype(np.int64), TypeError),
        (f"of shape ({n + 1},)", np.ones(n + 1, dtype=np.bool_), ValueError),
        (f"of shape ({n}, 1)", one[:, np.newaxis], ValueError),
        ("that is all False", np.zeros(n, dtype=np.bool_), ValueError),
    )
    with probe.env(mode) as env:
        env.reset(seed=probe.seed)
        for what, mask, wanted in bad:
            try:
                env.reset(options={"reset_mask": mask})
            except wanted:
                continue
            except Exception as error:  # noqa: BLE001 - any other error is the finding
                got = f"raised {type(error).__name__}"
            else:
                got = "was accepted"
            yield f"a mask {what} must raise {wanted.__name__}, but it {got}"


def _mask_partial(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    n = probe.num_envs
    base = probe.base(mode)
    untouched = probe.run(mode, replay(base.action_rows()), unseeded_at=-1)
    for chosen, seed in ((0, None), (n - 1, probe.seed), (n - 1, probe.seeds)):
        mask = np.arange(n) == chosen
        how = f"reset(seed={seed}) with only sub-environment {chosen} in the mask"
        given = mask.copy()
        trace, reset, before = _reset_one(probe, mode, given, seed)
        if (given != mask).any():
            yield f"{how} changed the caller's mask"
        rows, kept = (split(trace.env.observation_space, e.kept[0]) for e in (reset, before))
        for i in np.flatnonzero(~mask).tolist():
            found = difference(rows[i], kept[i], f"observations[{i}]")
            if found:
                yield f"{how} must return the full batch and leave the other rows as they were, but {found}"
            differs = disagreement(trace.rows(i), untouched.rows(i))
            if differs:
                yield f"{how} must leave sub-environment {i} alone, but it differs {differs[2]}"
        if seed is not None:
            seeded = Trace(mode, trace.env, [reset]).rows(chosen)
            differs = disagreement(seeded, base.rows(chosen)[:1])
            if differs:
                yield f"{how} must seed it with {probe.seed + chosen}, but it differs {differs[2]}"


def _reset_one(
    probe: Probe, mode: AutoresetMode, given: np.ndarray, seed: Any
) -> tuple[Trace, Event, Event]:
    """Run with one early reset by mask; return the run, that reset and the call before it."""
    base = probe.base(mode)
    script = replay(base.action_rows())
    # In mid-episode, unless every first step ends an episode.
    early = 0 if base.events[1].ended.any() else 1
    resets: list[Event] = []

    def reset_early(env: Vector, step: int, pending: np.ndarray) -> Any:
        if step == early:
            mask = given.copy()
            returned = env.reset(seed=seed, options={"reset_mask": given})
            resets.append(Trace(mode, env).append("reset", returned, mask))
        return script(env, step, pending)

    trace = probe.run(mode, reset_early, unseeded_at=-1)
    return trace, resets[0], trace.events[early]


def _options_kept(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    with probe.env(mode) as env:
        if probe.gymnasium_own(env):
            return  # Gymnasium 1.4 pops "reset_mask" from the caller's dict
        env.reset(seed=probe.seed)
        options = {"reset_mask": np.ones(probe.num_envs, dtype=np.bool_)}
        env.reset(options=options)
        if list(options) != ["reset_mask"]:
            yield "reset changed the caller's options dict; read the mask without removing it"


def modes_agree(probe: Probe, first: AutoresetMode, other: AutoresetMode) -> None:
    """Compare the episodes of two modes under the same seeds and actions.

    Args:
        probe: What to check.
        first: A mode in which every action counts, DISABLED or SAME_STEP.
        other: The mode that is held against it.

    Raises:
        BrokenRuleError: An episode differs.
    """
    base = probe.base(first).before_unseeded()
    queues = [list(actions) for actions in zip(*base.action_rows(), strict=True)]
    used = [0] * probe.num_envs

    def queued(env: Vector, step: int, resets: np.ndarray) -> Any:
        del step
        actions = []
        for i, queue in enumerate(queues):
            if used[i] == len(queue):
                return None
            actions.append(queue[used[i]])
            used[i] += not resets[i]
        return join(env.single_action_space, actions)

    trace = probe.run(other, queued, unseeded_at=-1, steps=2 * len(queues[0]))
    for i in range(probe.num_envs):
        found = disagreement(trace.history(i), base.history(i))
        if found:
            call, field, text = found
            rule, hint = (
                "modes agree",
                "same seeds and actions must give the same episodes in all modes",
            )
            if (
                other is AutoresetMode.SAME_STEP
                and call == "last step"
                and field in {"observation", "info"}
            ):
                rule = "final_obs" if field == "observation" else "final_info"
                hint = f"infos[{rule!r}] must hold what the episode's last step returned"
            elif call == "reset" and other is not AutoresetMode.DISABLED:
                rule = "reset step" if other is AutoresetMode.NEXT_STEP else "reset observation"
                hint = "the next episode must begin with what reset returns"
            msg = f"{hint}; sub-environment {i} differs from {first.value} mode {text}"
            raise BrokenRuleError(msg, rule=rule)


AUTORESET_RULES: dict[
    AutoresetMode, tuple[tuple[str, Callable[[Probe, AutoresetMode], Iterator[str]]], ...]
] = {
    AutoresetMode.NEXT_STEP: (
        ("reset step", _reset_step),
        ("action ignored on the reset step", _action_ignored),
    ),
    AutoresetMode.SAME_STEP: (("final_obs", _final_obs), ("final_info", _final_info)),
    AutoresetMode.DISABLED: (
        ("finished sub-environments", _finished),
        ("reset_mask validated", _mask_validated),
        ("reset_mask", _mask_partial),
        ("options", _options_kept),
    ),
}
