"""Environments of acts: Gymnasium's contract, spaces with true bounds, masks, policies, copies."""

import copy
import pickle

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from synth_envs import check_vector_env
from synth_envs.dialogue.codes import FLAT, SIZES, code_of, is_legal, legal, move_of
from synth_envs.dialogue.env import (
    DialogueActsEnv,
    DialogueActsFlatEnv,
    DialogueActsFlatVectorEnv,
    DialogueActsVectorEnv,
)
from synth_envs.dialogue.expert import next_move
from synth_envs.dialogue.features import NAMES, SIZE
from synth_envs.dialogue.judge import METRICS, TERMS
from synth_envs.dialogue.policies import ROLES, make_acts_policy
from synth_envs.dialogue.transcript import entries, page


def played(role, n, seed, kind=DialogueActsFlatVectorEnv, **options):
    env = kind(num_envs=n, **options)
    seen, _ = env.reset(seed=seed)
    policy, running = make_acts_policy(role, env), np.ones(n, np.bool_)
    earned, success = np.zeros(n), np.zeros(n)
    while running.any():
        seen, rewards, over, cut, infos = env.step(policy.act(seen))
        assert not cut.any()
        ended = running & over
        if ended.any():
            success[ended] = infos["metrics"]["success"][ended]
        earned += np.where(running, rewards, 0.0)
        running &= ~over
    return earned, success


def test_names_and_sizes():
    assert len(NAMES) == SIZE == len(set(NAMES))
    assert len(set(FLAT)) == len(FLAT)
    assert f"({SIZE},)" in DialogueActsEnv.__doc__
    assert f"Discrete({len(FLAT)})" in DialogueActsFlatEnv.__doc__
    assert all(0 <= part < size for code in FLAT for part, size in zip(code, SIZES, strict=True))


@pytest.mark.parametrize("kind", [DialogueActsEnv, DialogueActsFlatEnv])
def test_gymnasium_checks(kind):
    check_env(kind(max_turns=5), skip_render_check=True)


@pytest.mark.parametrize(
    ("scalar", "kind"),
    [(DialogueActsEnv, DialogueActsVectorEnv), (DialogueActsFlatEnv, DialogueActsFlatVectorEnv)],
)
def test_vector_contract(scalar, kind):
    options = {"max_turns": 6, "level": 2}
    check_vector_env(kind, num_envs=3, steps=30, kwargs=options, scalar=scalar)


def test_what_is_seen_stays_in_bounds_whatever_is_done():
    env = DialogueActsVectorEnv(num_envs=40, split="all")
    env.action_space.seed(0)
    env.reset(seed=1)
    for _ in range(80):
        seen, rewards, over, cut, infos = env.step(env.action_space.sample())
        assert seen.min() >= 0.0
        assert seen.max() <= 1.0
        assert (rewards >= -1.0).all()
        assert (rewards <= 1.25).all()
        assert not cut.any()
        terms = infos["reward_terms"]
        assert sum(terms[name] for name in TERMS) == pytest.approx(rewards)
        if over.any():
            assert set(METRICS) <= set(infos["metrics"])


def test_masks_are_what_can_be_done_and_do_not_know_the_goal():
    env = DialogueActsFlatEnv(level=5, noise=0.0)
    env.reset(seed=4)
    rng = np.random.default_rng(0)
    for _ in range(200):
        masks, desk = env.action_masks(), env.sim.desk(0)
        assert masks.any()
        hidden = pickle.loads(pickle.dumps(desk))  # nothing but the desk
        assert legal(hidden) == masks.tolist()
        action = int(rng.choice(np.flatnonzero(masks)))
        before = env.sim.episode(0).ledger.invalid
        _, _, over, _, _ = env.step(action)
        ledger = env.sim.episode(0).ledger
        assert ledger.invalid == before
        # What is legal breaks no rule that the desk can know of.
        assert all(
            rule.startswith("unwanted") or rule == "enumeration" for rule in ledger.violations
        )
        if over:
            env.reset()
    for action, able in enumerate(env.action_masks()):
        assert is_legal(env.sim.desk(0), FLAT[action]) == able
        assert not able or move_of(env.sim.desk(0), FLAT[action]) is not None


def test_every_move_of_the_expert_is_an_action():
    for level in (0, 5, 9):
        env = DialogueActsFlatEnv(level=level, noise=0.0)
        for seed in range(25):
            env.reset(seed=seed)
            over = False
            while not over:
                desk = env.sim.desk(0)
                action = FLAT.index(code_of(desk, next_move(desk)))
                assert env.action_masks()[action]
                _, _, over, _, info = env.step(action)
            assert info["metrics"]["success"] == 1.0, entries(env.sim.episode(0))


@pytest.mark.parametrize("level", [0, 4, 9])
def test_who_earns_what(level):
    for kind in (DialogueActsVectorEnv, DialogueActsFlatVectorEnv):
        found = {role: played(role, 40, 3, kind, level=level, split="all") for role in ROLES}
        assert found["oracle"][1].mean() >= 0.99
        assert found["oracle"][0].mean() > 0.9
        for role in ("empty", "constant", "echo"):
            assert found[role][0].max() < 0.0
        assert found["careless"][0].mean() < found["oracle"][0].mean()


def test_random_actions_solve_nothing():
    env = DialogueActsFlatVectorEnv(num_envs=64, level=2, autoreset_mode="SameStep")
    env.action_space.seed(0)
    env.reset(seed=0)
    successes = episodes = 0
    while episodes < 300:
        infos = env.step(env.action_space.sample())[4]
        if "final_info" in infos:
            metrics = infos["final_info"]["metrics"]
            episodes += int(metrics["_success"].sum())
            successes += metrics["success"].sum()
    assert successes / episodes <= 0.05


def test_save_restore_and_copies():
    env = DialogueActsFlatEnv(level=3)
    env.reset(seed=2)
    policy = make_acts_policy("scripted", env)
    seen = env.sim.observations[0]
    for _ in range(3):
        seen, *_ = env.step(policy.act(seen))
    saved = env.save()
    actions, first = [], []
    over = False
    while not over:
        actions.append(policy.act(seen))
        seen, reward, over, _, info = env.step(actions[-1])
        first.append((seen.tolist(), reward, over, info))
    again = env.restore(saved)
    for action, expected in zip(actions, first, strict=True):
        again, reward, over, _, info = env.step(action)
        assert (again.tolist(), reward, over, info) == expected
    other = copy.deepcopy(env)
    assert np.array_equal(other.reset(seed=9)[0], env.reset(seed=9)[0])


def test_transcripts_are_text_whatever_is_in_them():
    env = DialogueActsEnv(level=1, render_mode="rgb_array")
    env.reset(seed=5)
    policy = make_acts_policy("oracle", env)
    seen, over = env.sim.observations[0], False
    while not over:
        seen, _, over, *_ = env.step(policy.act(seen))
    episode = env.sim.episode(0)
    shown = entries(episode)
    assert shown[0][1].startswith("customer: intent")
    assert any("reward" in text for _, text in shown)
    episode.words[0] = "<script>alert(1)</script>"
    html = page(episode)
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "Changes of the database" in html
    pytest.importorskip("PIL")
    assert env.render().shape == (480, 640, 3)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"archetype": "bookings"}, "booking"),
        ({"level": 10}, "level"),
        ({"level": 2.0}, "level"),
        ({"knobs": {"slot": 3}}, "slots"),
        ({"knobs": {"rows": 5}}, "rows"),
        ({"noise": 2.0}, "noise"),
        ({"max_turns": 1}, "max_turns"),
        ({"partial": 1}, "partial"),
    ],
)
def test_bad_arguments_are_named(options, words):
    with pytest.raises(ValueError, match=words):
        DialogueActsEnv(**options)
    with pytest.raises(TypeError, match="archetype"):
        DialogueActsEnv(archtype="order")


def test_no_policy_where_there_are_no_acts():
    with pytest.raises(TypeError, match="acts"):
        make_acts_policy("oracle", gym.make("CartPole-v1"))
    with pytest.raises(ValueError, match="scripted"):
        make_acts_policy("scriptd", DialogueActsEnv())
