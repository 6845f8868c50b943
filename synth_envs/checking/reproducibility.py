"""Rules of outputs and seeds: what is returned is the caller's, and follows from the seeds alone."""

import random
from collections.abc import Callable, Iterable, Iterator

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from synth_envs.checking.probe import Probe
from synth_envs.checking.traces import Event, Trace, disagreement, replay
from synth_envs.checking.values import difference, overwrite, shared

__all__ = ["ONCE_RULES", "REPRODUCIBILITY_RULES"]


def _ends(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    if not any(event.ended.any() for event in probe.base(mode).before_unseeded().events):
        yield (
            f"no episode ended in {2 * probe.steps // 3} steps, so its end could not be checked; raise "
            "`steps`, pass `kwargs` that shorten episodes, or `actions` that end them"
        )


def _fresh(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    base = probe.base(mode)
    for k, event in enumerate(base.events):
        changed = difference(event.kept, event.returned, f"the result of call {k} ({event.call})")
        if changed:
            yield f"a later call changed an earlier result: {changed}; return new arrays and dicts"
        if event.call == "step" and "final_obs" in event.returned[-1]:
            final = ("final_obs", event.returned[-1]["final_obs"])
            both = shared([("observations", event.returned[0]), final])
            if both:
                yield f"at call {k}, {both}; copy the final observation"
    found = shared([(f"call {k} ({e.call})", e.returned) for k, e in enumerate(base.events)])
    if found:
        yield f"{found}; return new arrays and dicts from every call"
    other = probe.run(
        mode, replay(base.action_rows()), between=lambda event: overwrite(event.returned)
    )
    yield from _same(base, other, "a caller who overwrites results must not change later ones")


def _repeat(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    base = probe.base(mode)
    script = replay(base.action_rows())
    yield from _same(base, probe.run(mode, script), "a new instance with the same seed")
    ends = [k for k, e in enumerate(e for e in base.events if e.call == "step") if e.ended.any()]
    with probe.env(mode) as env:
        # Stop where an autoreset is due: the seeded reset must cancel it.
        probe.drive(env, mode, script, probe.seed, steps=1 + min(ends, default=0))
        again = probe.drive(env, mode, script, probe.seed)
    yield from _same(base, again, "a used instance, reset with the same seed,")


def _seeds(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    base = probe.base(mode)
    trace = probe.run(mode, replay(base.action_rows()), seed=probe.seeds)
    what = f"reset(seed={probe.seed}) must equal reset(seed={probe.seeds})"
    yield from _same(base, trace, f"{what}, but with the list")
    with probe.env(mode) as env:
        for wrong in (probe.seeds[:-1], [*probe.seeds, 0]):
            try:
                env.reset(seed=wrong)  # type: ignore[arg-type]
            except (ValueError, AssertionError):
                continue
            yield f"{len(wrong)} seeds for {probe.num_envs} sub-environments must raise ValueError"


def _none_seeds(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    wanted = []
    for seed in (None, [None, *probe.seeds[1:]]):
        with probe.env(mode) as env:
            trace = Trace(mode, env)
            trace.append("reset", env.reset(seed=probe.seed))
            trace.append("reset", env.reset(seed=seed))  # type: ignore[arg-type]
            wanted.append(trace)
    unseeded, mixed = wanted
    found = disagreement(mixed.rows(0), unseeded.rows(0))
    if found:
        yield f"a None among the seeds must continue that sub-environment's stream, but {found[2]}"
    for i in range(1, probe.num_envs):
        found = disagreement(mixed.rows(i)[1:], probe.base(mode).rows(i)[:1])
        if found:
            yield f"beside a None, sub-environment {i} must still take its seed, but {found[2]}"


def _numpy_seed(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    with probe.env(mode) as env:
        try:
            returned = env.reset(seed=np.int64(probe.seed))  # type: ignore[arg-type]
        except (TypeError, ValueError, gym.error.Error):
            return  # a loud refusal, as Gymnasium's own
        trace = Trace(mode, env)
        trace.append("reset", returned)
    for i in range(probe.num_envs):
        found = disagreement(trace.rows(i), probe.base(mode).rows(i)[:1])
        if found:
            yield f"reset(seed=np.int64(...)) must equal reset(seed=int(...)) or raise TypeError, but {found[2]}"


def _unseeded(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    script = replay(probe.base(mode).action_rows())

    def differ(seeds: Iterable[int | None]) -> list[bool]:
        """Whether the first steps under each seed differ from those under the first seed."""
        traces = []
        for seed in seeds:
            with probe.env(mode) as env:
                traces.append(probe.drive(env, mode, script, seed, steps=min(probe.steps, 10)))
        return [next(_same(traces[0], trace, ""), None) is not None for trace in traces[1:]]

    # Where eight other seeds always differ, eight unseeded runs are not equal by chance.
    varied = all(differ(range(probe.seed, probe.seed + 9 * 1000, 1000)))
    if varied and not any(differ([None] * 8)):
        yield (
            "new instances whose first reset has no seed must differ, but eight gave the same "
            "episodes; draw entropy from np_random"
        )


def _num_envs(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    base = probe.base(mode)
    rows = base.action_rows()
    for i in range(probe.num_envs):
        script = replay([[row[i]] for row in rows])
        alone = probe.run(mode, script, seed=probe.seed + i, num_envs=1)
        found = disagreement(alone.rows(0), base.rows(i))
        if found:
            yield f"alone and reset with its own seed, sub-environment {i} differs {found[2]}"


def _order(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    base = probe.base(mode)
    rows = [row[::-1] for row in base.action_rows()]
    trace = probe.run(mode, replay(rows), seed=probe.seeds[::-1])
    for i in range(probe.num_envs):
        found = disagreement(trace.rows(probe.num_envs - 1 - i), base.rows(i))
        if found:
            yield f"with the seeds in reverse order, the sub-environment of seed {probe.seed + i} differs {found[2]}"


def _instances(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    base = probe.base(mode)
    with probe.env(mode) as other:

        def disturb(event: Event) -> None:
            del event
            other.reset(seed=probe.seed + 1000)
            other.step(other.action_space.sample())

        trace = probe.run(mode, replay(base.action_rows()), between=disturb)
    yield from _same(base, trace, "while another instance runs in between,")


def _global_state(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    script = replay(probe.base(mode).action_rows())
    saved = random.getstate(), np.random.get_state()  # noqa: NPY002 - what is watched
    try:
        # Move on first: earlier runs may have left the state that this one sets.
        random.random()
        np.random.random()  # noqa: NPY002
        before = random.getstate(), np.random.get_state()  # noqa: NPY002
        probe.run(mode, script)
        after = random.getstate(), np.random.get_state()  # noqa: NPY002
    finally:
        random.setstate(saved[0])
        np.random.set_state(saved[1])  # noqa: NPY002
    if difference(before, after):
        yield "the run drew from or seeded a global generator (random or numpy.random); use np_random"


def _scalar_twin(probe: Probe, mode: AutoresetMode) -> Iterator[str]:
    if probe.twin is None:
        return
    base = probe.base(mode)
    sync = SyncVectorEnv([probe.twin] * probe.num_envs, autoreset_mode=mode)
    try:
        for name in ("single_observation_space", "single_action_space"):
            ours, theirs = getattr(base.env, name), getattr(sync, name)
            if ours != theirs:
                yield f"{name} is {ours}, the scalar environment's {theirs}"
        trace = probe.drive(sync, mode, replay(base.action_rows()), probe.seed)
    finally:
        sync.close()
    yield from _same(trace, base, "compared with SyncVectorEnv of the scalar environment,")


def _same(a: Trace, b: Trace, what: str) -> Iterator[str]:
    for i in range(a.env.num_envs):
        found = disagreement(b.rows(i), a.rows(i))
        if found:
            yield f"{what} sub-environment {i} differs {found[2]}"


ONCE_RULES: tuple[tuple[str, Callable[[Probe, AutoresetMode], Iterator[str]]], ...] = (
    ("unseeded reset", _unseeded),
)
REPRODUCIBILITY_RULES: tuple[tuple[str, Callable[[Probe, AutoresetMode], Iterator[str]]], ...] = (
    ("episodes end", _ends),
    ("fresh outputs", _fresh),
    ("same seed, same episodes", _repeat),
    ("seed + i", _seeds),
    ("None seeds", _none_seeds),
    ("numpy seed", _numpy_seed),
    ("independent of num_envs", _num_envs),
    ("independent of order", _order),
    ("independent instances", _instances),
    ("no global generator", _global_state),
    ("equal to the scalar environment", _scalar_twin),
)
