"""What people wrote is understood as they meant it, and utterances that are no agent's do nothing."""

import itertools
import json
import sys
from collections import Counter

from benchmarks.dialogue_understanding import ACTS, BARS, SLOTS, figures, main, scores
from synth_envs.dialogue.engine import Episode
from synth_envs.dialogue.imports import multiwoz, sgd
from synth_envs.dialogue.planner import Call, next_move
from synth_envs.dialogue.scenes import make_scene
from synth_envs.dialogue.spec import ARCHETYPES
from synth_envs.dialogue.understand.meaning import understand
from synth_envs.dialogue.words.agent import say

#: Figures are written where `-s` shows them.
tell = sys.stdout.write

#: Acts that change what the customer, the device or the judge holds to be so.
CHANGING = {
    "confirm",
    "offer_alternative",
    "report_done",
    "refuse",
    "instruct",
    "bye",
    "no_match",
    "disclose",
}


def moves(episode, key):
    """Play the oracle's moves; before each of its turns with words, yield it."""
    while not episode.over:
        move = next_move(episode)
        if isinstance(move, Call):
            episode.call(move.name, move.args)
        else:
            yield move, say(move, episode.spec, episode.world, key, episode.step_count)
            episode.say([move])


def same(found, move):
    """Whether an act is understood; a fee that the policy wants told is told whenever it is told."""
    told = (
        found.kind == "disclose"
        and move.kind == "inform"
        and (found.slot, found.value) == (move.slot, move.value)
    )
    return found == move or told


def test_utterances_of_clinc_change_nothing(real_dialogue):
    """What people ask assistants, fed as an agent's words, is no offer, refusal, claim or agreement."""
    data = json.loads((real_dialogue / "clinc" / "clinc_val.json").read_text(encoding="utf-8"))
    episodes = [
        Episode(make_scene(k, 4, archetype=name, noise=0.0)) for k, name in enumerate(ARCHETYPES)
    ]
    for part, rows in data.items():
        kinds, silent, tried = Counter(), 0, 0
        for text, intent in rows:
            for episode in episodes:
                acts = understand(text, episode).acts
                silent += not acts
                tried += 1
                kinds.update(act.kind for act in acts)
                changing = {act.kind for act in acts} & CHANGING
                assert not changing or (changing == {"bye"} and intent == "goodbye"), (text, acts)
        tell(f"{part}: no acts in {silent / tried:.3f} of {tried}; {dict(kinds)}\n")
        assert silent / tried > 0.9


def test_the_oracle_is_understood_in_imported_services(real_dialogue):
    """Names with digits, free texts, yes and no, and many rows of one name (MultiWOZ and SGD)."""
    talks = list(multiwoz.dialogues(real_dialogue / "multiwoz").values())
    known = multiwoz.domains(real_dialogue / "multiwoz", [talk["goal"] for talk in talks])
    schema, turns = sgd.load(real_dialogue / "sgd")
    offers = sgd.catalogues(schema, turns)
    episodes = itertools.chain(
        (one for key, talk in enumerate(talks[:40]) for one in multiwoz.episodes(known, talk["goal"], key)),
        (Episode(scene) for key, talk in enumerate(turns[:40]) for scene in sgd.scenes_of_sgd(offers, talk, key)),
    )  # fmt: skip
    wrong, count = [], 0
    for key, episode in enumerate(episodes):
        for move, text in moves(episode, key):
            found = understand(text, episode)
            count += 1
            if len(found.acts) != 1 or not same(found.acts[0], move):
                wrong.append((text, found))
    tell(f"{count - len(wrong)} of {count} understood in imported services; not: {wrong[:3]}\n")
    assert count > 200
    assert 1 - len(wrong) / count >= 0.98


def test_turns_of_multiwoz(real_dialogue):
    """What people wrote to customers (V1); the texts of half of the dialogues were never looked at."""
    found = figures(real_dialogue / "multiwoz")
    for name, part in found.items():
        tell(
            f"{name}: {part['turns']} turns, requests {part['request_f1']}, other acts {part['other_acts_f1']}, {part['microseconds']} us\n"
        )
    assert found["all"]["turns"] == 7365
    assert len(SLOTS) == 16
    assert len(ACTS) == 6
    for part in (found["all"], found["held out"]):
        for requests, others in BARS.values():
            assert part["request_f1"] >= requests
            assert part["other_acts_f1"] >= others


def test_the_benchmark_says_what_is_missing(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("SYNTH_ENVS_REAL_DATA", raising=False)
    assert main([]) == 2
    assert "--data DIR or SYNTH_ENVS_REAL_DATA" in capsys.readouterr().err
    assert main(["--data", str(tmp_path)]) == 2
    assert "no multiwoz/val.json.zip" in capsys.readouterr().err
    assert scores([(frozenset("ab"), {"a", "c"}), (frozenset("c"), {"c"})]) == (
        2 / 3,
        {"a": (1.0, 1), "b": (0.0, 1), "c": (2 / 3, 1)},
    )
