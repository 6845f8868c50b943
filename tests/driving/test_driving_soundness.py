"""The report of what must hold over many episodes, on few, and what it says when it does not."""

import numpy as np
import pytest

from benchmarks import driving_soundness
from synth_envs.driving.sim.simulator import DrivingSim


def test_everything_holds_on_a_few(capsys):
    assert driving_soundness.main(["--episodes", "200", "--steps", "12000"]) == 0
    said = capsys.readouterr().out
    assert "200 ordinary seeds: 0 collisions" in said
    assert "jaywalker: asked for 2.0%" in said
    assert said.count("0 bad values") == 6


def test_shares_are_exact_to_one_episode():
    wanted = {"jaywalker": 0.02, "door": 0.005, "free-highway": 0.975}
    for episodes in (200, 777):
        found = driving_soundness.shares(wanted, episodes, seed=3)
        for name, share in wanted.items():
            assert abs(found[name] - share) <= 1 / episodes + 1e-9


def test_values_out_of_their_space_are_counted(monkeypatch):
    step = DrivingSim.step

    def broken(sim, actions, mask):
        step(sim, actions, mask)
        sim.observations[3, 5] = np.nan
        sim.observations[4, 5] = 1.5
        sim.rewards[5] = 12.0

    monkeypatch.setattr(DrivingSim, "step", broken)
    assert driving_soundness.random_steps(1000, "kinematics", "meta", 0) == (1000, 3)


@pytest.mark.parametrize("arguments", [["--episodes", "0"], ["--steps", "-1"], ["--seed", "-1"]])
def test_bad_arguments(arguments, capsys):
    assert driving_soundness.main(arguments) == 2
    assert "at least" in capsys.readouterr().err
