"""Driving in words."""

import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env

from synth_envs.driving.env import DrivingEnv
from synth_envs.driving.text_env import DrivingTextEnv


def test_contract():
    check_env(DrivingTextEnv(duration=5.0), skip_render_check=True)


def test_words_do_what_numbers_do():
    words, numbers = (
        DrivingTextEnv(scenario="hard-brake"),
        DrivingEnv(scenario="hard-brake", policy_hz=1.0, frames=10),
    )
    words.reset(seed=4)
    numbers.reset(seed=4)
    for text, action in (
        ("I go faster", 3), ("keep speed and lane", 1), ("Action: 4", 4), ("brake hard!", 5), ("no idea", 1),
    ):  # fmt: skip
        told, paid, over, _, info = words.step(text)
        _, fair, *_ = numbers.step(action)
        assert paid == pytest.approx(fair + info["reward_terms"]["unread"])
        assert info["reward_terms"]["unread"] == (-0.1 if text == "no idea" else 0.0)
        assert "m/s" in told
        assert not over


def test_what_is_hidden_is_not_told():
    env = DrivingTextEnv(scenario="occluded-crossing", difficulty=1.0)
    hidden = 0
    for seed in range(20):
        told, _ = env.reset(seed=seed)
        sim = env.sim
        walker = np.flatnonzero(sim._marks[0, 0] == 4)
        if len(walker) and not sim._marks[0, 6, walker[0]]:
            hidden += 1
            assert "pedestrian" not in told
    assert hidden > 5


def test_faults():
    env = DrivingTextEnv()
    with pytest.raises(ResetNeeded):
        env.step("faster")
    env.reset(seed=1)
    with pytest.raises(TypeError, match="must be text"):
        env.step(3)
    with pytest.raises(ValueError, match="render_mode"):
        DrivingTextEnv(render_mode="human")
    with pytest.raises(ValueError, match="unknown scenario"):
        DrivingTextEnv(scenario="moon")
