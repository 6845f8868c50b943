"""The promise of the trading environments: an ordinary RL library learns what can be learned, and only that."""

import json
from functools import partial

import numpy as np
import pytest

pytest.importorskip("stable_baselines3", reason="training needs the extra [sb3]")
pytest.importorskip("scipy", reason="benchmarks need the extra [bench]")

from benchmarks.baselines import trading_ppo
from benchmarks.baselines.trading_tasks import TASKS, judged, play, reference, references


def _never(constant):
    pytest.fail(f"{constant} is no JSON")


@pytest.mark.parametrize("chosen", ["all", "execution"])
def test_the_command_writes_what_it_measured(chosen, tmp_path, capsys):
    output = tmp_path / "new" / "trading.json"
    # As many steps as let each environment finish an episode of trading.
    budget = ["--seeds", "2", "--steps", "33000", "--episodes", "8"]
    code = trading_ppo.main([*budget, "--task", chosen, "--output", str(output)])
    record = json.loads(output.read_text(), parse_constant=_never)
    names = list(TASKS) if chosen == "all" else [chosen]
    assert list(record["tasks"]) == names
    assert record["episodes_of_each_seed"] == 8
    said = capsys.readouterr().out
    for name in names:
        _check(record["tasks"][name], TASKS[name])
        assert f"{name}, sees all, seed 1" in said
    alpha = record["verdict"].pop("alpha", {})
    holds = all(all(verdict.values()) for verdict in record["verdict"].values())
    if alpha:
        wanted = ("beats_hold", "beats_flat", "beats_control_without_signal")
        holds = holds and all(alpha[one] for one in wanted)
        holds = holds and not alpha["control_that_sees_nothing_beats_both"]
    assert code == int(not holds)


def _check(record, task):
    runs = record["runs"]
    assert [(run["view"], run["seed"]) for run in runs] == [
        (view, seed) for view in task.views for seed in (0, 1)
    ]
    assert record["hyperparameters"]["n_timesteps"] == 33000
    assert tuple(record["references"]) == task.references
    for view in task.views:
        mine = [run[task.measure] for run in runs if run["view"] == view]
        row = record["summary"][f"ppo, sees {view}"][task.measure]
        assert row["mean"] == pytest.approx(np.mean(mine))
        assert row["low"] <= row["mean"] <= row["high"]
    for run in runs:
        assert run["curve"]
        assert run["steps"] == 33000


@pytest.mark.slow
def test_ppo_finds_the_signal_and_only_the_signal():
    seen = trading_ppo.train("alpha", 0, 256, steps=300_000, split="validation")
    blind = trading_ppo.train("alpha", 0, 256, view="nothing", steps=50_000, split="validation")
    assert seen.played["log_return"].mean() > 0.3
    # Whatever it settled on does not hang on the market: all in, all out, or short, everywhere.
    assert np.ptp(blind.played["trades"]) <= 1
    assert seen.played["log_return"].mean() > blind.played["log_return"].mean() + 0.3


@pytest.mark.slow
def test_ppo_comes_near_the_optimum_of_execution():
    """Within a tenth of it, and beyond equal slices; selling half of what is left earns .9925, which it need not beat."""
    result = trading_ppo.train("execution", 0, 64, steps=300_000, split="validation")
    half = play("execution", lambda _: _Always(0.0), 0, 64, split="validation")
    assert np.ptp(half["share_of_optimum"]) < 1e-12, "free of luck"
    assert half["share_of_optimum"].mean() == pytest.approx(0.9925, abs=1e-3)
    assert 0.9 < result.played["share_of_optimum"].mean() <= 1.0


class _Always:
    """Takes one action everywhere."""

    def __init__(self, action):
        self.action = action

    def act(self, observations):
        return np.full((len(observations), 1), self.action, np.float32)


def _hiding(view):
    env = trading_ppo.gym.make_vec("synth/Trading-v0", 4, autoreset_mode="SameStep", horizon=4)
    wrapped = trading_ppo._Hiding(env, view)
    return env, wrapped


def test_controls_are_blind():
    trading_ppo.set_up()
    for view, blank in (("all", []), ("no-signal", [16]), ("nothing", list(range(32)))):
        env, wrapped = _hiding(view)
        kept = [place for place in range(32) if place not in blank]
        seen, _ = wrapped.reset(seed=3)
        assert not seen[:, blank].any()
        np.testing.assert_array_equal(seen[:, kept], env.unwrapped.sim.observations[:, kept])
        if view != "nothing":
            assert seen[:, kept].any()
        for _ in range(4):
            seen, *_, infos = wrapped.step(np.ones(4, np.int64))
            assert not seen[:, blank].any()
        assert infos["_final_obs"].all()
        assert not np.stack(infos["final_obs"])[:, blank].any()
        # The column that "no-signal" hides is the signal: without it the simulator's own still is there.
        assert env.unwrapped.sim.observations[:, 16].any()


def test_seeds_share_no_test_episode_and_references_play_the_same():
    trading_ppo.set_up()
    found = references("martingale", 2, 8)
    assert tuple(found) == TASKS["martingale"].references
    first, second = (one["simple_return"] for one in found["hold"])
    assert not set(first.tolist()) & set(second.tolist())
    again = references("martingale", 2, 8)["hold"][1]["simple_return"]
    np.testing.assert_array_equal(again, second)
    assert not found["flat"][0]["simple_return"].any()


def test_past_returns_tell_of_the_signal_and_a_filter_hears_it():
    trading_ppo.set_up()
    means = {
        name: play("alpha", partial(reference, name), 0, 256)["log_return"].mean()
        for name in ("filter", "informed", "flat")
    }
    # The filter never sees the signal: what it earns is what that control may earn, too.
    assert 0.1 < means["filter"] < 0.6 * means["informed"]
    assert means["flat"] == 0.0


@pytest.mark.parametrize(("gain", "earns_nothing"), [(0.05, False), (-0.05, True)])
def test_the_verdict_on_a_martingale_can_fail(gain, earns_nothing):
    rng = np.random.default_rng(0)
    metrics = (TASKS["martingale"].measure, *TASKS["martingale"].also)
    many = [{name: rng.normal(gain, 0.1, 500) for name in metrics} for _ in range(5)]
    _, verdict, holds = judged("martingale", {"all": many}, {"flat": many})
    assert verdict == dict.fromkeys(("earns_nothing", "earns_nothing_over_episodes"), earns_nothing)
    assert holds is earns_nothing


def test_a_view_must_be_one_of_the_task():
    with pytest.raises(ValueError, match="no view 'no-signal'"):
        trading_ppo.train("execution", 0, 4, view="no-signal", steps=1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--task", "gold"], "invalid choice"),
        (["--seeds", "0"], "--seeds must be at least 1"),
        (["--steps", "-5"], "--steps must be at least 1"),
        (["--episodes", "few"], "invalid int value"),
        (["--output", "."], "is a folder"),
    ],
)
def test_bad_arguments_are_named(arguments, message, capsys):
    with pytest.raises(SystemExit) as stopped:
        trading_ppo.main(arguments)
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err
