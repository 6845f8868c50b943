"""Noise: values are misheard for what sounds alike, slips stay readable, and a third telling is always right."""

from __future__ import annotations

from dataclasses import replace

from synth_envs.dialogue.acts import UserAct
from synth_envs.dialogue.engine import Episode
from synth_envs.dialogue.goals import Persona
from synth_envs.dialogue.planner import Call, next_move
from synth_envs.dialogue.scenes import make_scene
from synth_envs.dialogue.spec import ARCHETYPES
from synth_envs.dialogue.values import slot_of
from synth_envs.dialogue.words.noise import noisy, similarity, slipped


def scenes(count, *, first=3000, noise=0.0):
    return [
        make_scene(first + k, k % 10, archetype=ARCHETYPES[k % 6], noise=noise)
        for k in range(count)
    ]


def turns(scene):
    episode = Episode(replace(scene, world=scene.world.copy()))
    yield None, 0, episode.opening
    while not episode.over:
        move = next_move(episode)
        if isinstance(move, Call):
            episode.call(move.name, move.args)
        else:
            yield move, episode.step_count + 1, episode.say([move])


ALL = scenes(150)
ALL_TURNS = [(scene, turn, act, answer) for scene in ALL for act, turn, answer in turns(scene)]
BOOKING = next(s for s in ALL if s.spec.archetype == "booking" and len(s.spec.entity_slots) >= 4)
ROUTER = next(s for s in ALL if s.spec.archetype == "troubleshoot")

NOISY = Persona(misheard=0.3)


def test_values_are_misheard_for_what_sounds_alike():
    wrong = total = 0
    alike, others = [], []
    for scene, turn, _, answer in ALL_TURNS:
        for key in range(10):
            heard = noisy(answer, scene.spec, NOISY, key, turn)
            assert noisy(answer, scene.spec, NOISY, key, turn) == heard
            truth = {act.slot: act.value for act in answer if act.kind == "inform"}
            for act in heard:
                if act.kind != "inform" or not act.heard:
                    continue
                values, shares = zip(*act.heard, strict=True)
                assert act.value == values[0]
                assert truth[act.slot] in values
                assert len(set(values)) == len(values) <= 3
                assert list(shares) == sorted(shares, reverse=True)
                assert 0 < sum(shares) <= 1.0
                slot = slot_of(scene.spec, act.slot)
                if len(values) > 1:
                    total += 1
                    wrong += values[0] != truth[act.slot]
                if slot.values:
                    assert set(values) <= set(slot.values)
                if len(slot.values) > 2 and values[0] != truth[act.slot]:
                    alike.append(similarity(truth[act.slot], values[0]))
                    rest = [
                        similarity(truth[act.slot], one)
                        for one in slot.values
                        if one != truth[act.slot]
                    ]
                    others.append(sum(rest) / len(rest))
    assert total > 800
    assert 0.2 < wrong / total < 0.35
    assert sum(alike) / len(alike) > 1.1 * sum(others) / len(others)


def test_the_third_time_it_is_heard_as_it_is():
    """Whoever asks three times for the same knows; without the count nothing would change."""
    for persona in (NOISY, Persona(misheard=1.0)):
        facts = [
            (s, slot, value) for s in ALL for slot, value in Episode(s).customer.facts().items()
        ]
        right = [0, 0, 0]
        for place, (scene, slot, value) in enumerate(facts):
            act = UserAct("inform", slot, value)
            for count in range(3):
                heard = noisy([act], scene.spec, persona, place, count, {slot: count})
                assert len(heard) == 1
                right[count] += heard[0].value == value
        assert right[2] == len(facts)
        assert right[0] < right[1] < right[2]
        assert len(facts) > 400
    assert noisy([UserAct("inform", "day", 400)], BOOKING.spec, Persona(), 1, 1) == [
        UserAct("inform", "day", 400)
    ]


def test_drops_leave_something_and_keep_the_rest():
    acts = [
        UserAct("inform", slot.name, slot.values[0])
        for slot in BOOKING.spec.entity_slots
        if slot.values
    ]
    dropped = 0
    for key in range(400):
        heard = noisy(acts, BOOKING.spec, NOISY, key, 1)
        assert heard
        assert [act.slot for act in heard] == [
            a.slot for a in acts if a.slot in {h.slot for h in heard}
        ]
        dropped += len(acts) - len(heard)
    assert 0.02 < dropped / (400 * len(acts)) < 0.08
    kept = [UserAct("affirm"), UserAct("correct", "day", 436)]
    assert all(len(noisy(kept, BOOKING.spec, NOISY, key, 1)) == 2 for key in range(200))


def test_slips_of_the_finger():
    text = "I would like to cancel the booking RAB1234 of four people on 12 March 2025, mail ada.wolf@example.org please."
    assert slipped(text, 0.0, 1, 1) == slipped(text, 1.0, 1, 1, count=2) == text
    assert slipped(text, 1.0, 1, 1, count=1) != text
    named = "My name is Yusuf Mendes and it's about the restaurant Royal Finch on 3 August 2026."
    for key in range(50):
        found = slipped(named, 1.0, key, 1)
        assert all(one in found for one in ("Yusuf Mendes", "Royal Finch", "3 August 2026"))
    words = text.split()
    changed = 0
    for key in range(300):
        found = slipped(text, 0.2, key, 1).split()
        assert slipped(text, 0.2, key, 1).split() == found
        assert len(found) == len(words)
        for one, was in zip(found, words, strict=True):
            if any(c.isdigit() for c in was) or "@" in was:
                assert one == was
            changed += one != was
    rate = changed / (300 * sum(len(w) >= 4 and w.isalpha() for w in words))
    assert 0.12 < rate < 0.28
    assert {slipped("for four people", 1.0, k, 1).split()[1] for k in range(5)} == {"for"}
    assert len(slipped("x" * 10_000 + "'" * 10_000, 1.0, 1, 1)) <= 4001
