import json
import os
import random
from contextlib import suppress

import pytest

from benchmarks.__main__ import main
from benchmarks.canonical import dump_json
from benchmarks.errors import BenchmarkError, MalformedError, RefusedError
from benchmarks.replay import replay
from benchmarks.results import digest_of

HALF = "episodes/benchtoy-Half.jsonl"


def refused(run, kind=BenchmarkError):
    with pytest.raises(kind) as caught:
        replay(run.results, trusted=[run.env])
    return str(caught.value)


def edit_results(run, change, *, sign=True):
    """Change the results as a forger would: canonical form and digest are renewed."""
    results = json.loads(run.results.read_text())
    change(results)
    if sign:
        results["digest"] = digest_of(results)
    run.results.write_text(dump_json(results, indent=1))


def edit_episode(run, change, number=1, name=HALF):
    path = run.folder / name
    lines = path.read_text().splitlines()
    record = json.loads(lines[number])
    change(record)
    lines[number] = dump_json(record).strip()
    path.write_text("\n".join(lines) + "\n")


def test_an_honest_file_is_accepted(honest, capsys):
    for path in (honest.folder, honest.folder / "results.json"):
        assert main(["replay", str(path), "--env", honest.env]) == 0
        assert "Confirmed: 24 episodes of 6 agents" in capsys.readouterr().out


def test_every_random_change_of_a_byte_is_refused(copied):
    rng = random.Random(0)
    names = [
        "results.json",
        *(f"episodes/{p.name}" for p in (copied.folder / "episodes").iterdir()),
    ]
    accepted = []
    for _ in range(220):
        path = copied.folder / rng.choice(names)
        kept = path.read_bytes()
        data = bytearray(kept)
        at, kind = rng.randrange(len(data)), rng.randrange(4)
        if kind == 0:
            data[at] ^= 1 << rng.randrange(7)
        elif kind == 1:
            data[at] = rng.choice(b'0123456789abcdef"{}[],: ')
        elif kind == 2:
            del data[at]
        else:
            data.insert(at, rng.choice(b'0123456789 \n"}'))
        if bytes(data) == kept:
            continue
        path.write_bytes(data)
        with suppress(BenchmarkError):
            replay(copied.results, trusted=[copied.env])
            accepted.append((path.name, at, kind))
        path.write_bytes(kept)
    assert accepted == []
    replay(copied.results, trusted=[copied.env])


EPISODE_EDITS = {
    "seed": lambda r: r.update(seed=r["seed"] + 1),
    "actions": lambda r: r.update(actions=["another answer"]),
    "rewards": lambda r: r.update(rewards=[1.0 - r["rewards"][0]]),
    "tiny reward": lambda r: r.update(rewards=[r["rewards"][0] + 1e-12]),
    "chain": lambda r: r["chain"].__setitem__(1, "0" * 32),
    "first link": lambda r: r["chain"].__setitem__(0, "0" * 32),
    "missing link": lambda r: r["chain"].pop(),
    "status": lambda r: r.update(status="error"),
    "truncated": lambda r: r.update(truncated=True),
    "task_id": lambda r: r.update(task_id="0" * 32),
    "options": lambda r: r.update(options={"difficulty": 0.0}),
    "run": lambda r: r.update(run=1 - r["run"]),
    "index": lambda r: r.update(index=0),
    "two actions": lambda r: r.update(actions=r["actions"] * 2, rewards=r["rewards"] * 2),
    "no action": lambda r: r.update(actions=[]),
    "number as action": lambda r: r.update(actions=[1]),
    "unknown field": lambda r: r.update(extra=1),
    "missing field": lambda r: r.pop("status"),
    "true as number": lambda r: r.update(case=False),
    "integer reward": lambda r: r.update(rewards=[int(r["rewards"][0])]),
    "megabyte action": lambda r: r.update(actions=["9" * 1_000_000]),
    "wrong type": lambda r: r.update(chain="abc"),
}


@pytest.mark.parametrize("name", EPISODE_EDITS)
def test_every_edited_episode_is_refused_and_named(copied, name):
    edit_episode(copied, EPISODE_EDITS[name])
    message = refused(copied)
    assert "benchtoy-Half.jsonl episode 1" in message


def test_the_message_names_field_and_values(copied):
    edit_episode(copied, EPISODE_EDITS["rewards"])
    message = refused(copied, RefusedError)
    assert "rewards[0]: the file says 0.0, the replay gives 1.0" in message


def test_a_consistent_forgery_of_a_reward_is_refused(copied):
    """The forger changes the reward, the scores, the file's hash and the digest."""
    from hashlib import sha256

    for number in range(4):
        edit_episode(copied, lambda r: r.update(rewards=[1.0], status="pass"), number)
    content = (copied.folder / HALF).read_bytes()

    def claim(results):
        agent, oracle = results["agents"]["benchtoy:Half"], results["agents"]["oracle"]
        for key in ("means", "scores", "mean", "overall", "domains", "groups"):
            agent[key] = oracle[key]
        agent["sha256"] = sha256(content).hexdigest()

    edit_results(copied, claim)
    assert "episode 0: rewards[0]" in refused(copied, RefusedError)


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[:-1],
        lambda lines: lines[1:],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: lines[::-1],
        lambda lines: [lines[0], *lines[:-1]],
        lambda lines: [*lines[:-1], lines[-1][: len(lines[-1]) // 2]],
        lambda lines: [*lines[:-1], lines[-1].rstrip(b"\n")],
        lambda lines: [*lines, b"\n"],
        lambda lines: [b"\xef\xbb\xbf" + lines[0], *lines[1:]],
        lambda lines: lines[:0],
    ],
)
def test_added_deleted_and_reordered_episodes_are_refused(copied, change):
    path = copied.folder / HALF
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))
    assert "benchtoy-Half.jsonl" in refused(copied)


def test_another_agents_episodes_are_refused(copied):
    (copied.folder / HALF).write_bytes((copied.folder / "episodes/oracle.jsonl").read_bytes())
    assert "results.agents" in refused(copied, RefusedError)


RESULT_EDITS = {
    "score": lambda r: r["agents"]["random"]["scores"][0].__setitem__(0, 1.0),
    "mean": lambda r: r["agents"]["random"].update(mean=0.5),
    "overall": lambda r: r["agents"]["random"]["overall"].update(value=0.5),
    "interval": lambda r: r["agents"]["benchtoy:Half"]["overall"].update(low=0.499999),
    "masked": lambda r: r["agents"]["random"]["masked"].__setitem__(0, 1),
    "file hash": lambda r: r["agents"]["random"].update(sha256="0" * 64),
    "file": lambda r: r["agents"]["random"].update(file="../../../etc/passwd"),
    "episodes": lambda r: r["agents"]["random"].update(episodes=5),
    "ranking": lambda r: r["ranking"].reverse(),
    "failures": lambda r: r["failures"].append("nothing"),
    "command": lambda r: r.update(command="rm -rf ~"),
    "environment hash": lambda r: r["environments"]["benchtoy:benchtoy/Doubling-v0"].update(
        hash="0" * 64
    ),
    "source hash": lambda r: r.update(source_hash="0" * 64),
    "seed": lambda r: r["plan"].update(seed=1),
    "runs": lambda r: r["plan"].update(runs=3),
    "huge runs": lambda r: r["plan"].update(runs=10**15),
    "huge plan": lambda r: r["plan"].update(episodes=10**7),
    "episode count": lambda r: r["plan"].update(episodes=3),
    "version": lambda r: r["plan"].update(suite_version=2),
    "suite": lambda r: r["plan"].update(suite="quick"),
    "unknown suite": lambda r: r["plan"].update(suite="nope"),
    "label": lambda r: r["plan"]["cases"][0].update(label="easier"),
    "arguments": lambda r: r["plan"]["cases"][0].update(kwargs={"split": "train"}),
    "no cases": lambda r: r["plan"].update(cases=[]),
    "kind": lambda r: r["plan"]["agents"][1].update(kind="policy"),
    "hidden trivial agent": lambda r: (
        r["plan"]["agents"].pop(),
        r["agents"].pop("random"),
        r["ranking"].pop(),
        r["measured"]["wall_s"].pop("random"),
        r["measured"]["cpu_s"].pop("random"),
    ),
    "agent twice": lambda r: r["plan"]["agents"].append(r["plan"]["agents"][0]),
    "data": lambda r: r["plan"].update(data={"x": "y"}),
    "schema": lambda r: r.update(schema=r["schema"] + 1),
    "unknown field": lambda r: r.update(extra=1),
    "control codes": lambda r: r.update(command="\x1b[2J"),
    "deep": lambda r: r["plan"]["cases"][0].update(kwargs={"a": json.loads("[" * 500 + "]" * 500)}),
}


@pytest.mark.parametrize("name", RESULT_EDITS)
def test_every_edited_result_is_refused_though_its_digest_is_renewed(copied, name):
    edit_results(copied, RESULT_EDITS[name])
    assert "\x1b" not in refused(copied)


def test_measured_fields_are_guarded_by_the_digest(copied):
    edit_results(copied, lambda r: r["measured"]["git"].update(commit="0" * 40), sign=False)
    assert "digest" in refused(copied, RefusedError)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "null",
        "[" * 100_000,
        '{"a":1,"a":2}',
        "\x00",
        "NaN",
        "1" * 10_000,
        '{"schema":1}\n',
    ],
)
def test_other_files_are_malformed_and_say_so_in_one_line(copied, text, capsys):
    copied.results.write_text(text)
    assert main(["replay", str(copied.results)]) == 2
    err = capsys.readouterr().err
    assert "results.json" in err
    assert err.count("\n") == 1


def test_a_huge_file_is_not_read(copied):
    with copied.results.open("wb") as file:
        file.truncate(1 << 40)
    assert "larger than" in refused(copied, MalformedError)


def test_links_and_devices_are_not_followed(copied, tmp_path):
    path = copied.folder / HALF
    secret = tmp_path / "elsewhere.jsonl"
    path.rename(secret)
    assert "No such file" in refused(copied, MalformedError)
    path.symlink_to(secret)
    assert "not a regular file" in refused(copied, MalformedError)
    path.unlink()
    os.mkfifo(path)
    assert "not a regular file" in refused(copied, MalformedError)


def test_a_file_cannot_make_replay_import_a_module(copied, tmp_path, monkeypatch, capsys):
    marker = tmp_path / "imported"
    (tmp_path / "evil.py").write_text(f"open({str(marker)!r}, 'w')")
    monkeypatch.syspath_prepend(tmp_path)

    def point_at_evil(results):
        results["plan"]["cases"][0]["env_id"] = "evil:benchtoy/Doubling-v0"
        results["environments"] = {
            "evil:benchtoy/Doubling-v0": results["environments"].popitem()[1]
        }

    edit_results(copied, point_at_evil)
    assert main(["replay", str(copied.folder)]) == 1
    assert "if you trust that code" in capsys.readouterr().err
    assert main(["site", str(copied.folder)]) == 0
    assert not marker.exists()


def test_another_version_of_the_environments_is_refused(honest, monkeypatch):
    monkeypatch.setattr("benchmarks.replay.source_hash", lambda _: "f" * 64)
    with pytest.raises(RefusedError, match="installed is ffffffffffff"):
        replay(honest.folder, trusted=[honest.env])
