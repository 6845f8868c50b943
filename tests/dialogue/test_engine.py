"""Episodes: the oracle solves every case, cheaters earn nothing, and all is a function of the key."""

import hashlib
import itertools
import subprocess
import sys

import numpy as np
import pytest

from synth_envs.dialogue.acts import AGENT_ACTS, Act
from synth_envs.dialogue.cheats import CHEATS
from synth_envs.dialogue.desk import Desk
from synth_envs.dialogue.engine import Episode
from synth_envs.dialogue.expert import next_move
from synth_envs.dialogue.judge import TERMS
from synth_envs.dialogue.planner import Call, play
from synth_envs.dialogue.scenes import make_scene
from synth_envs.dialogue.spec import ARCHETYPES

LEVELS = range(10)


def scenes(count, level, archetype="mixed", **options):
    for number in range(count):
        yield make_scene(number * 104_729 + 1, level, archetype=archetype, **options)


def served(scene):
    """Let the expert, which does not know the goal, play an episode."""
    episode = Episode(scene)
    desk = Desk(scene.spec, scene.world.today)
    desk.hear(episode.opening)
    while not episode.over:
        move = next_move(desk)
        if isinstance(move, Call):
            result = episode.call(move.name, move.args)
            desk.see(scene.spec.by_tool.get(move.name), move.args, result)
        else:
            desk.note(move)
            desk.hear(episode.say(move))
    return episode


@pytest.mark.parametrize("level", [0, 3, 6, 9])
@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_the_oracle_solves_everything(archetype, level):
    for scene in scenes(12, level, archetype):
        episode = Episode(scene)
        play(episode)
        verdict = episode.verdict()
        assert verdict.success, verdict.missing
        assert not episode.ledger.violations
        assert verdict.metrics["information"] == 1.0
        assert 0.7 < verdict.reward <= 1.25
        assert sum(verdict.terms.values()) == pytest.approx(verdict.reward)
        assert tuple(verdict.terms) == TERMS


@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_an_expert_that_does_not_know_the_goal_serves_everybody_without_noise(archetype):
    for level in (0, 4, 9):
        for scene in scenes(10, level, archetype, noise=0.0):
            episode = served(scene)
            assert episode.verdict().success, episode.verdict().missing


@pytest.mark.parametrize("name", CHEATS)
def test_cheaters_earn_nothing(name):
    for level in (0, 5):
        earned = []
        for scene in scenes(40, level):
            episode = Episode(scene)
            CHEATS[name](episode)
            assert episode.over
            earned.append(episode.verdict().reward)
        assert np.mean(earned) < -0.05


def test_random_agents_earn_nothing_and_break_nothing():
    rng = np.random.default_rng(0)
    successes = 0
    for scene in scenes(60, 2):
        episode = Episode(scene)
        rows = {name: len(table) for name, table in scene.world.tables.items()}
        values = [
            "",
            "x",
            "RAA1000",
            0,
            -1,
            10**30,
            1.5,
            None,
            True,
            [],
            {},
            "\u202e",
            *scene.world.tables["record"],
        ]
        while not episode.over:
            if rng.random() < 0.5:
                tool = scene.spec.tools[rng.integers(len(scene.spec.tools))]
                args = {name: values[rng.integers(len(values))] for name in tool.args}
                episode.call(tool.name, args)
            else:
                kind = AGENT_ACTS[rng.integers(len(AGENT_ACTS) - 1)]
                slots = ["", "name", "nothing", *scene.spec.by_slot]
                act = Act(kind, slots[rng.integers(len(slots))], values[rng.integers(9)])
                episode.say([act])
        successes += episode.verdict().success
        assert {
            name: len(table) for name, table in scene.world.tables.items()
        }.keys() == rows.keys()
    assert successes <= 3


def test_a_fixed_weak_agent_does_worse_as_the_level_rises():
    """The expert behind an ear that takes a tenth of the values for others."""
    shares = []
    for level in (0, 3, 6, 9):
        rng, done = np.random.default_rng(level), []
        for scene in scenes(120, level, noise=0.0):
            episode = Episode(scene)
            desk = Desk(scene.spec, scene.world.today)
            desk.hear(episode.opening)
            while not episode.over:
                move = next_move(desk)
                if rng.random() < 0.05:
                    move = [Act("ask_more")]
                if isinstance(move, Call):
                    result = episode.call(move.name, move.args)
                    desk.see(scene.spec.by_tool.get(move.name), move.args, result)
                else:
                    desk.note(move)
                    desk.hear(episode.say(move))
            done.append(episode.verdict().reward)
        shares.append(np.mean(done))
    assert all(low < high + 0.02 for high, low in itertools.pairwise(shares)), shares
    assert shares[-1] < shares[0] - 0.1


PROGRAM = """
import hashlib
from synth_envs.dialogue.engine import Episode
from synth_envs.dialogue.planner import play
from synth_envs.dialogue.scenes import make_scene
digest = hashlib.blake2b()
for number in range(12):
    episode = Episode(make_scene(number * 7919 + 3, number % 10))
    play(episode)
    digest.update(repr(episode.log).encode())
print(digest.hexdigest())
"""


def test_transcripts_are_the_same_in_every_process():
    found = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "12345")
    }
    assert len(found) == 1
    assert len(found.pop().strip()) == 2 * hashlib.blake2b().digest_size


def test_splits_have_skins_of_their_own():
    skins = {"train": set(), "validation": set(), "test": set()}
    for key in range(300):
        scene = make_scene(key, 0)
        split = "train" if key % 10 < 8 else ("validation" if key % 10 == 8 else "test")
        if not scene.spec.skin.startswith("opaque"):
            skins[split].add((scene.spec.archetype, scene.spec.skin))
    assert len(skins["train"]) > 20
    assert skins["test"]
    assert not skins["train"] & skins["test"]
    assert not skins["train"] & skins["validation"]
    assert not skins["validation"] & skins["test"]


def test_shares_of_kinds_of_cases():
    kinds = {}
    for key in range(400):
        goal = make_scene(key, 3).goal
        special = {one.outcome for one in goal.subgoals} - {"done"}
        kind = special.pop() if special else "done"
        kinds[kind] = kinds.get(kind, 0) + 1
    assert 0.6 < kinds["done"] / 400 < 0.77
    assert 0.1 < kinds["refuse"] / 400 < 0.2
    assert 0.04 < kinds["no_match"] / 400 < 0.12
    assert 0.04 < kinds["transfer"] / 400 < 0.12
    assert 0.01 < kinds["impostor"] / 400 < 0.07
