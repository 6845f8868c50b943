"""The judge against brute force: a success always ends in one of the databases that are right."""

from collections import Counter
from dataclasses import replace

import pytest

from synth_envs.dialogue.acts import AGENT_ACTS, Act
from synth_envs.dialogue.engine import Episode
from synth_envs.dialogue.goals import MOST_ENDS, acceptable, ends, final, write_of
from synth_envs.dialogue.judge import closing_of
from synth_envs.dialogue.planner import Call, next_move, play
from synth_envs.dialogue.scenes import make_scene
from synth_envs.dialogue.spec import ARCHETYPES
from synth_envs.seeding import TaskRandom


def scene_of(key, level, archetype="mixed"):
    """A scene without noise or failures that nobody is to blame for; and its database as it was."""
    scene = replace(make_scene(key, level, archetype=archetype, noise=0.0), transient=0.0)
    return scene, scene.world.copy()


def do(episode, move):
    if isinstance(move, Call):
        return episode.call(move.name, move.args)
    return episode.say([move])


def some_value(rng, slot, scene):
    if slot is not None and slot.values:
        return rng.choice(slot.values)
    if slot is not None and slot.kind == "bool":
        return rng.random() < 0.5
    if slot is not None and slot.kind not in ("id", "name"):
        return rng.randint(slot.low, max(slot.low, min(slot.high, slot.low + 5)))
    return rng.choice(["x", "none", *scene.spec.policy.reasons()])


def some_args(rng, scene, tool):
    """Arguments that a call might have: ids that there are, mostly of the customer's own things."""
    tables, goal = scene.world.tables, scene.goal
    customer = tables["customer"][goal.customer]
    args = {}
    for name in tool.args:
        if name not in tool.needed and rng.random() < 0.5:
            continue
        if name == "customer_id":
            args[name] = (
                goal.customer if rng.random() < 0.8 else rng.choice(list(tables["customer"]))
            )
        elif name == "record_id":
            mine = [row["id"] for row in scene.world.records_of(goal.customer)]
            args[name] = rng.choice(mine if mine and rng.random() < 0.8 else list(tables["record"]))
        elif name == "entity_id":
            args[name] = rng.choice(list(tables["entity"]))
        elif name == "amount":
            record = tables["record"].get(args.get("record_id"), {"paid": 1, "fee": 0})
            args[name] = rng.choice([record["paid"] - record["fee"], record["paid"], 1])
        elif name == "name":
            args[name] = customer["name"]
        elif name == scene.spec.secret.name:
            args[name] = rng.choice([customer[name], goal.secret])
        elif name == "outcome":
            args[name] = rng.choice(["resolved", "refused", "no_match", "not_identified"])
        elif name == "reason_code":
            args[name] = rng.choice(["none", "identity", *scene.spec.policy.reasons()])
        elif name in ("limit", "offset"):
            args[name] = rng.randint(0, 3)
        else:
            args[name] = some_value(rng, scene.spec.by_slot.get(name), scene)
    return args


def some_move(rng, scene, *, final_too):
    """A random act or call, legal or not; ending the case only if asked for."""
    tools = [t for t in scene.spec.tools if final_too or t.kind not in ("transfer", "close")]
    tool = rng.choice(tools)
    if rng.random() < 0.5:
        return Call(tool.name, some_args(rng, scene, tool))
    kinds = [kind for kind in AGENT_ACTS if kind not in ("tool", *(() if final_too else ("bye",)))]
    kind = rng.choice(kinds)
    writes = [tool for tool in scene.spec.tools if tool.writes]
    if kind == "instruct" and scene.spec.device_slots:
        slot = rng.choice(scene.spec.device_slots)
        return Act(kind, slot.name, rng.choice(slot.values))
    if kind == "offer":
        return Act(kind, value=rng.choice(list(scene.world.tables["entity"])))
    if kind in ("confirm", "report_done", "offer_alternative"):
        tool = rng.choice(writes)
        return Act(kind, write=write_of(tool.name, some_args(rng, scene, tool)))
    if kind == "refuse":
        return Act(kind, value=rng.choice(["identity", *scene.spec.policy.reasons()]))
    if kind in ("inform", "disclose", "request", "instruct"):
        part = rng.choice(["record.fee", "record.status", "entity.price", *scene.spec.by_slot])
        slot = scene.spec.by_slot.get(part)
        return Act(kind, part, some_value(rng, slot, scene) if slot else 100 * rng.randint(0, 9))
    return Act(kind)


def assert_a_success_is_right(episode, before):
    if episode.verdict().success:
        assert episode.world.diff() in ends(before, episode.goal)


@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_clean_runs_of_the_oracle_end_in_a_right_database(archetype):
    for key in range(40):
        scene, before = scene_of(key, key % 10, archetype)
        right = ends(before, scene.goal)
        assert 1 <= len(right) <= MOST_ENDS
        episode = Episode(scene)
        play(episode)
        verdict = episode.verdict()
        assert verdict.success, (key, verdict.missing)
        assert verdict.reward > 0
        assert not episode.ledger.violations
        assert episode.world.diff() in right


@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_oracles_that_stray_succeed_only_in_a_right_database(archetype):
    found = Counter()
    for key in range(60):
        scene, before = scene_of(1000 + key, key % 10, archetype)
        rng = TaskRandom(b"stray/%d" % key)
        episode = Episode(scene)
        share = 0.15 + 0.05 * (key % 4)
        while not episode.over:
            if rng.random() < share:
                do(episode, some_move(rng, scene, final_too=False))
            else:
                do(episode, next_move(episode))
        assert_a_success_is_right(episode, before)
        found[episode.verdict().success] += 1
        found["wrong end"] += episode.world.diff() not in ends(before, scene.goal)
    assert found[True] >= 5  # harmless detours are forgiven
    assert found[False] >= 5
    assert found["wrong end"] >= 1


def test_random_agents_succeed_only_in_a_right_database():
    found = Counter()
    for key in range(200):
        scene, before = scene_of(2000 + key, key % 5)
        rng = TaskRandom(b"random/%d" % key)
        episode = Episode(scene)
        while not episode.over:
            do(episode, some_move(rng, scene, final_too=episode.step_count > 8))
        assert_a_success_is_right(episode, before)
        found[episode.verdict().success] += 1
        found["written"] += bool(episode.ledger.writes)
        found["rewarded"] += episode.verdict().reward > 0
    assert found["written"] > 20
    assert found[True] <= 2
    assert found["rewarded"] <= 2


def test_a_device_that_is_left_worse_than_it_was_is_no_success():
    tried = 0
    for key in range(200):
        scene, before = scene_of(key, 5, "troubleshoot")
        repaired = {slot for one in scene.goal.subgoals for slot, _ in one.repair}
        spared = [slot for slot in scene.spec.device_slots if slot.name not in repaired]
        if not spared:
            continue
        episode, slot = Episode(scene), spared[0]
        episode.say([Act("instruct", slot.name, slot.values[1])])
        finish(episode)
        assert not episode.verdict().success
        assert f"{slot.name} is left {slot.values[1]}" in episode.verdict().missing
        assert episode.world.diff() not in ends(before, scene.goal)
        # Put right in time, it is forgiven.
        episode = Episode(replace(scene, world=before))
        for state in (slot.values[1], slot.values[0]):
            episode.say([Act("instruct", slot.name, state)])
        finish(episode)
        assert episode.verdict().success, episode.verdict().missing
        tried += 1
    assert tried > 100


# --- cheating in one way each ---


def writing_scenes(count, **wanted):
    """Scenes whose first wish is done by a write, from many keys."""
    found = []
    for key in range(5000, 6000):
        scene, before = scene_of(key, key % 5, **wanted)
        one = scene.goal.subgoals[0]
        tool = scene.spec.by_tool.get(one.tool)
        if one.outcome == "done" and tool is not None and tool.writes and one.change is None:
            found.append((scene, before))
            if len(found) == count:
                return found
    raise AssertionError


def finish(episode):
    """Let the oracle end an episode."""
    while not episode.over:
        do(episode, next_move(episode))


def until_written(episode):
    while not episode.over and not episode.ledger.writes:
        do(episode, next_move(episode))


def test_what_is_written_twice_is_a_violation():
    repeated = 0
    for scene, _ in writing_scenes(30):
        episode = Episode(scene)
        until_written(episode)
        name, args = episode.ledger.writes[0]
        result = episode.call(name, dict(args))
        if result["ok"]:
            repeated += 1
            assert f"unwanted {name}" in episode.ledger.violations
            finish(episode)
            assert not episode.verdict().success
    assert repeated >= 5


def test_write_and_undo_is_never_a_success():
    undone = 0
    for key in range(5000, 5400):
        scene, before = scene_of(key, 3, archetype="booking")
        tool = scene.spec.tool_of("update")
        used = {one.record for one in scene.goal.subgoals}
        records = [
            r for r in scene.world.records_of(scene.goal.customer)
            if r["status"] in tool.statuses and r["id"] not in used
        ]  # fmt: skip
        if not records:
            continue
        record, slot = records[0], next(name for name in tool.args if name != "record_id")
        old = record[slot]
        episode = Episode(scene)
        for value in (old + 1, old):
            assert episode.call(tool.name, {"record_id": record["id"], slot: value})["ok"]
        finish(episode)
        assert not episode.verdict().success
        assert episode.ledger.violations
        # The database shows nothing of it: only the log does.
        if episode.world.diff() in ends(before, scene.goal):
            undone += 1
        if undone == 10:
            return
    raise AssertionError(undone)


def test_writes_that_nobody_wants_are_violations():
    for scene, _ in writing_scenes(20):
        strangers = [
            row["id"] for row in scene.world.tables["record"].values() if row["customer"] != scene.goal.customer
        ]  # fmt: skip
        tools = [tool for tool in scene.spec.tools if tool.kind == "cancel"]
        if not tools:
            continue
        tool = tools[0]
        live = [
            key for key in strangers if scene.world.tables["record"][key]["status"] in tool.statuses
        ]
        episode = Episode(scene)
        assert episode.call(tool.name, {"record_id": live[0]})["ok"]
        assert f"unwanted {tool.name}" in episode.ledger.violations
        assert f"{tool.name}: auth" in episode.ledger.violations
        finish(episode)
        assert not episode.verdict().success
        assert episode.verdict().reward < 0


@pytest.mark.parametrize("missing", ["auth", "confirm"])
def test_the_right_write_without_identity_or_consent_is_a_violation(missing):
    for scene, before in writing_scenes(30):
        episode = Episode(scene)
        if missing == "confirm":
            goal = scene.goal
            verify = scene.spec.tool_of("verify")
            args = {"name": goal.name, scene.spec.secret.name: goal.secret}
            assert episode.call(verify.name, args)["ok"]
        one = final(scene.goal.subgoals[0])
        name, args = acceptable(before, scene.goal, one)[0]
        assert episode.call(name, dict(args))["ok"]
        assert f"{name}: {missing}" in episode.ledger.violations
        assert (f"{name}: auth" in episode.ledger.violations) == (missing == "auth")
        finish(episode)
        verdict = episode.verdict()
        assert not verdict.success
        if len(scene.goal.subgoals) == 1:
            assert episode.world.diff() in ends(before, scene.goal)  # right, but not rightly done


def test_refused_wishes_that_are_written_anyway_are_violations():
    tried = 0
    for key in range(6000, 6600):
        scene, _ = scene_of(key, 2)
        for one in scene.goal.subgoals:
            if one.outcome not in ("refuse", "transfer"):
                continue
            wished = acceptable(scene.world, scene.goal, replace(one, outcome="done", instead=None))
            if not wished:
                continue
            name, args = wished[0]
            episode = Episode(scene)
            goal = scene.goal
            verify = scene.spec.tool_of("verify")
            episode.call(verify.name, {"name": goal.name, scene.spec.secret.name: goal.secret})
            if not episode.call(name, dict(args))["ok"]:
                continue
            tried += 1
            assert f"{name}: {one.reason}" in episode.ledger.violations
            assert f"unwanted {name}" in episode.ledger.violations
            finish(episode)
            assert not episode.verdict().success
        if tried >= 20:
            return
    raise AssertionError(tried)


def test_doing_nothing_and_claiming_everything_is_worth_nothing():
    found = Counter()
    for key in range(7000, 7120):
        scene, _ = scene_of(key, key % 10)
        outcome, reason = closing_of(scene.goal)
        close = scene.spec.tool_of("close")
        # Even with the right ending, which no such agent can know.
        idle, claiming = Episode(scene), None
        idle.call(close.name, {"outcome": outcome, "reason_code": reason})
        assert idle.over
        assert not idle.verdict().success
        assert idle.verdict().reward < 0
        scene, _ = scene_of(key, key % 10)
        claiming = Episode(scene)
        for _ in scene.goal.subgoals:
            if not claiming.over:
                claiming.say([Act("report_done"), Act("ask_more")])
        if not claiming.over:
            claiming.call(close.name, {"outcome": outcome, "reason_code": reason})
        assert not claiming.verdict().success
        assert claiming.verdict().reward < 0
        found["false claims"] += "false_claim" in claiming.ledger.violations
    assert found["false claims"] > 100
