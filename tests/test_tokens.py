import gymnasium as gym
import numpy as np
import pytest
from gymnasium.error import ResetNeeded

from synth_envs.math.env import MathEnv
from synth_envs.wrappers.tokens import TokenView
from synth_envs.wrappers.vocabulary import ByteVocabulary, NumberVocabulary, make_vocabulary


def play(env, text):
    total = 0.0
    for token in [*env.encode_response(text), 0]:
        observation, reward, terminated, _, info = env.step(token)
        total += reward
        if terminated:
            return observation, total, info
    return pytest.fail("the response was not submitted")


def test_the_right_tokens_pay_and_wrong_ones_do_not():
    env = gym.make("synth/MathTokens-v0").unwrapped
    env.reset(seed=4)
    assert play(env, env.source.oracle(env.task))[1] == 1.0
    env.reset(seed=4)
    observation, total, info = play(env, "20 20")
    assert (total, info["score"]["status"]) == (0.0, "fail")
    assert env.observation_space.contains(observation)


def test_observation_shows_the_prompt_and_the_response():
    env = gym.make(
        "synth/MathTokens-v0", vocabulary="bytes", prompt_window=40, max_tokens=5
    ).unwrapped
    first, _ = env.reset(seed=1)
    prompt = bytes(int(t) - 1 for t in first[:40] if t).decode()
    assert prompt == env.task.prompt
    assert not first[40:].any()
    second, *_ = env.step(ord("7") + 1)
    assert list(second[40:]) == [ord("7") + 1, 0, 0, 0, 0]
    assert not first[40:].any(), "an earlier observation must not change"


def test_a_long_prompt_keeps_its_end():
    env = gym.make("synth/MathTokens-v0", family="chain_sum", difficulty=1.0, vocabulary="bytes",
                   prompt_window=6, max_tokens=9)  # fmt: skip
    observation, _ = env.reset(seed=1)
    text = bytes(int(t) - 1 for t in observation[:6]).decode()
    assert env.unwrapped.task.prompt.endswith(text)


def test_shaping_is_potential_based():
    """Shaping must sum to -phi(start) = 0 along any episode, whatever is typed (gamma = 1)."""
    rng = np.random.default_rng(0)
    plain = gym.make("synth/MathTokens-v0", vocabulary="arithmetic", max_tokens=8).unwrapped
    shaped = gym.make(
        "synth/MathTokens-v0", vocabulary="arithmetic", max_tokens=8, shaping=True
    ).unwrapped
    signal = 0.0
    for seed in range(40):
        plain.reset(seed=seed)
        shaped.reset(seed=seed)
        right = shaped.encode_response(shaped.source.oracle(shaped.task))
        typed = right if seed % 3 == 0 else [*right[:2], *rng.integers(1, 20, 4)]
        returns = []
        for env in (plain, shaped):
            total, over = 0.0, False
            for token in [*typed, 0]:
                if not over:
                    _, reward, over, _, _ = env.step(token)
                    total += reward
                    signal += abs(reward) if env is shaped and not over else 0.0
            returns.append(total)
        assert returns[0] == pytest.approx(returns[1])
    assert signal > 1.0, "the shaping must say something before the end"


def test_bad_arguments_and_actions():
    with pytest.raises(ValueError, match="single-turn"):
        TokenView(MathEnv("chain_sum", max_turns=2))
    with pytest.raises(ValueError, match="max_tokens"):
        gym.make("synth/MathTokens-v0", max_tokens=0)
    with pytest.raises(ValueError, match="gamma"):
        gym.make("synth/MathTokens-v0", gamma=2.0)
    with pytest.raises(ValueError, match="distinct"):
        gym.make("synth/MathTokens-v0", vocabulary="aa")
    env = gym.make("synth/MathTokens-v0").unwrapped
    with pytest.raises(ResetNeeded):
        env.step(0)
    env.reset(seed=0)
    with pytest.raises(ValueError, match="action"):
        env.step(env.action_space.n)
    env.step(0)
    with pytest.raises(ResetNeeded):
        env.step(0)


@pytest.mark.parametrize("name", ["numbers", "arithmetic", "bytes", "xyz"])
def test_vocabularies_round_trip(name):
    vocabulary = make_vocabulary(name)
    assert vocabulary.writable <= vocabulary.size
    for code in range(vocabulary.writable):
        text = vocabulary.decode([code])
        if name != "bytes":
            assert vocabulary.encode(text) == [code]


def test_bytes_read_any_text():
    assert (
        ByteVocabulary().decode(ByteVocabulary().encode("π = 3,14 \U0001f600"))
        == "π = 3,14 \U0001f600"
    )
    assert ByteVocabulary().encode("\ud800") == [ord("?")]
    assert NumberVocabulary().encode("3+4, 18 = ?") == [3, 21, 4, 18, 25, 26]
    assert NumberVocabulary().encode("21 x") == [27, 27]


def test_render_shows_what_is_typed():
    env = gym.make(
        "synth/MathTokens-v0", render_mode="ansi", vocabulary="arithmetic", max_tokens=8
    ).unwrapped
    env.reset(seed=0)
    env.step(8)
    assert env.task.prompt in env.render()
    assert env.render().rstrip().endswith("7")
