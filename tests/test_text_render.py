import importlib.util
import sys

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.error import DependencyNotInstalled

from synth_envs.text_render import picture

needs_pillow = pytest.mark.skipif(
    importlib.util.find_spec("PIL") is None, reason="pictures need the extra [render]"
)


@needs_pillow
def test_pictures_show_what_was_said():
    env = gym.make("synth/Math-v0", family="chain_sum", render_mode="rgb_array", max_turns=2)
    env.reset(seed=0)
    first = env.render()
    env.step("The answer is 3")
    second = env.render()
    assert first.shape == (480, 640, 3)
    assert first.dtype == np.uint8
    assert (first != second).any()
    assert 0 < (first < 128).mean() < 0.2, "dark text on light paper"


@needs_pillow
def test_hostile_text_is_drawn():
    for text in ("", "\x00\x1b[31m", "\ud800", "é中🙂" * 50, "x" * 100_000, "\n" * 100_000):
        assert picture([("response", text)]).shape == (480, 640, 3)


def test_without_pillow_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(DependencyNotInstalled, match=r"synth-envs\[render\]"):
        picture([("prompt", "x")])
