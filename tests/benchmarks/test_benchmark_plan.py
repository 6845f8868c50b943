from dataclasses import replace
from itertools import pairwise

import pytest

import synth_envs
from benchmarks.agents import episodes_file, resolve_agents
from benchmarks.errors import UsageError
from benchmarks.plan import Plan, episode_seed
from benchmarks.suites import DATA_VARIABLE, Case, Suite, custom, load_suite
from synth_envs.math.families import FAMILIES
from synth_envs.policies import TRIVIAL

A = Case("synth/Math-v0", {"family": "chain_sum"}, 3)
B = Case("synth/Math-v0", {"family": "countdown"}, 3)


def seeds(suite, seed=0):
    plan = Plan(suite, seed, resolve_agents(()))
    return [[e.seed for e in plan.episodes_of(i)] for i in range(len(suite.cases))]


def test_seeds_are_distinct_and_fit_any_json_reader():
    flat = [seed for row in seeds(Suite("s", 1, (A, B), 50)) for seed in row]
    assert len(set(flat)) == len(flat) == 300
    assert all(0 <= seed < 2**53 for seed in flat)


def test_seeds_share_nothing_between_neighbours():
    suite = Suite("s", 1, (A,), 100)
    zero, one = seeds(suite, 0)[0], seeds(suite, 1)[0]
    assert not set(zero) & set(one)
    differences = {b - a for a, b in pairwise(zero)}
    assert len(differences) == len(zero) - 1


def test_seeds_do_not_depend_on_agents_other_cases_or_the_number_of_episodes():
    alone, both = seeds(Suite("s", 1, (A,), 2))[0], seeds(Suite("s", 1, (B, A), 2))[1]
    assert alone == both
    suite = Suite("s", 1, (A,), 2)
    longer = replace(A, episodes=9)
    for run in range(2):
        for episode in range(3):
            assert episode_seed(suite, 0, A, run, episode) == episode_seed(
                suite, 0, longer, run, episode
            )


def test_the_suites_name_and_version_change_every_seed():
    base = seeds(Suite("s", 1, (A,)))[0]
    assert not set(base) & set(seeds(Suite("s", 2, (A,)))[0])
    assert not set(base) & set(seeds(Suite("t", 1, (A,)))[0])


def test_rows_are_split_into_equal_consecutive_runs():
    case = Case("synth/Math-v0", {"source": "x"}, 0, rows=13)
    episodes = list(Plan(Suite("s", 1, (case,), 5), 0, ()).episodes_of(0))
    assert [e.options["index"] for e in episodes] == list(range(13))
    sizes = [sum(e.run == run for e in episodes) for run in range(5)]
    assert sorted(sizes) == [2, 2, 3, 3, 3]
    assert Suite("s", 1, (case,), 5).resized(2, 3).cases[0].rows == 6


def test_quick_has_every_environment_and_every_family():
    cases = load_suite("quick").cases
    built_in = {
        row.id
        for row in synth_envs.environments()
        # Driving's scenarios are mixed in one id; what has no oracle has no score.
        if row.id.startswith("synth/") and row.ranked and "scenario" not in row.kwargs
    }
    assert {case.env_id for case in cases} == built_in
    assert {c.kwargs.get("family") for c in cases if c.env_id == "synth/Math-v0"} == set(FAMILIES)
    assert all(case.kwargs["split"] == "test" for case in cases)
    assert len({case.name for case in cases}) == len({case.key for case in cases}) == len(cases)


def test_math_has_every_family_at_three_difficulties():
    cases = load_suite("math").cases
    assert len(cases) == 3 * len(FAMILIES)
    assert {case.kwargs["difficulty"] for case in cases} == {0.0, 0.5, 1.0}


@pytest.mark.parametrize(
    ("suite", "there", "missing"),
    [
        ("real-math", "svamp.json", "gsm8k_test.jsonl, math500.jsonl"),
        ("real-code", "mbpp.jsonl", "humaneval.jsonl, cruxeval_half.jsonl"),
    ],
)
def test_missing_real_data_is_named(tmp_path, monkeypatch, suite, there, missing):
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    with pytest.raises(UsageError, match="--data DIR or SYNTH_ENVS_REAL_DATA"):
        load_suite(suite)
    tmp_path /= suite.removeprefix("real-")
    tmp_path.mkdir()
    (tmp_path / there).write_text("[]")
    for folder in (tmp_path, tmp_path.parent):
        monkeypatch.setenv(DATA_VARIABLE, str(folder))
        with pytest.raises(UsageError, match=f"lacks {missing}"):
            load_suite(suite)


def test_trivial_agents_and_the_oracle_are_always_listed():
    names = [agent.name for agent in resolve_agents(["scripted", "random"])]
    assert names == ["scripted", "random", "oracle", *(n for n in TRIVIAL if n != "random")]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: load_suite("quik"), "did you mean 'quick'"),
        (lambda: resolve_agents(["orakle"]), "did you mean 'oracle'"),
        (lambda: resolve_agents(["no_such_module:make"]), "No module named 'no_such_module'"),
        (lambda: resolve_agents(["json:nothing"]), "has no attribute 'nothing'"),
        (lambda: resolve_agents(["json:__name__"]), "is not callable"),
        (lambda: custom(["synth/Mth-v0"]), "Math"),
        (lambda: custom(["no_such_module:a/B-v0"]), "no_such_module"),
        (lambda: custom(["CartPole-v1"]), "register_family"),
        (lambda: custom(["synth/Math-v0", "synth/Math-v0"]), "given twice"),
    ],
)
def test_wrong_names_get_an_error_that_helps(make, message):
    with pytest.raises(UsageError, match=message):
        make()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a:b", "<script>", ".hidden", "", "é", "x" * 500]
)
def test_an_agents_file_stays_in_its_folder(name):
    file = episodes_file(name)
    assert file.startswith("episodes/")
    assert file.count("/") == 1
    assert ".." not in file
    assert len(file) < 130
