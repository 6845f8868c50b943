"""The promise of the token view: an ordinary RL library learns from these rewards."""

import pytest

pytest.importorskip("stable_baselines3", reason="training needs the extra [sb3]")
pytest.importorskip("scipy", reason="benchmarks need the extra [bench]")


@pytest.mark.slow
def test_ppo_learns_one_digit_arithmetic():
    from benchmarks.baselines.math_tokens import train

    result = train(seed=0)
    assert result.test_success >= 0.9


def test_a_short_run_works_and_a_blind_policy_learns_nothing():
    from benchmarks.baselines.math_tokens import train

    assert train(seed=0, control=True, steps=8192).test_success <= 0.05
