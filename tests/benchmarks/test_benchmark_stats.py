import numpy as np
import pytest
from scipy import stats as scipy_stats

from benchmarks.stats import MIN_RUNS, aggregate, improvement, iqm, resample


def table(rng, cases, runs, shift=0.0):
    return (rng.normal(np.linspace(0, 1, cases)[:, None] + shift, 0.3, (cases, runs))).tolist()


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 60, 101])
def test_iqm_is_scipys_trimmed_mean(size):
    rng = np.random.default_rng(size)
    for values in (rng.random(size), rng.integers(0, 2, size).astype(float)):
        assert iqm(values) == scipy_stats.trim_mean(values, 0.25)


def test_iqm_leaves_out_missing_scores():
    assert iqm([[0.5, np.nan], [np.nan, 0.5]]) == 0.5
    assert np.isnan(iqm([np.nan]))


def test_resampling_is_stratified_and_skips_missing_runs():
    scores = np.array([[0.0, 1.0, 2.0], [10.0, np.nan, 12.0], [np.nan] * 3])
    sample = resample(scores, np.random.default_rng(0), 500)
    assert sample.shape == (500, 3, 3)
    assert set(np.unique(sample[:, 0])) == {0.0, 1.0, 2.0}
    drawn = sample[:, 1][~np.isnan(sample[:, 1])]
    assert set(drawn) == {10.0, 12.0}
    assert drawn.size == 1000  # two valid runs stay two
    assert np.isnan(sample[:, 2]).all()


def test_intervals_are_reproducible_and_depend_on_the_seed():
    groups = {
        "a": table(np.random.default_rng(1), 6, 5),
        "b": table(np.random.default_rng(2), 3, 5),
    }
    first, again, other = aggregate(groups), aggregate(groups), aggregate(groups, seed=1)
    assert first == again
    assert first[0].value == other[0].value
    assert (first[0].low, first[0].high) != (other[0].low, other[0].high)


def test_the_overall_score_is_the_mean_over_domains_of_their_iqm():
    groups = {"large": [[1.0] * 5] * 40, "small": [[0.0] * 5] * 2}
    overall, domains = aggregate(groups)
    assert overall.value == 0.5
    assert domains["large"].value == 1.0
    assert domains["small"].value == 0.0


def test_identical_scores_have_an_interval_of_no_width():
    overall, _ = aggregate({"a": [[0.25] * 5] * 4})
    assert (overall.value, overall.low, overall.high) == (0.25, 0.25, 0.25)


@pytest.mark.parametrize(
    ("runs", "reliable"), [(1, False), (MIN_RUNS - 1, False), (MIN_RUNS, True)]
)
def test_few_runs_are_labelled_unreliable(runs, reliable):
    overall, _ = aggregate({"a": table(np.random.default_rng(0), 4, runs)})
    assert overall.reliable is reliable
    wins = improvement([[1.0] * runs], [[0.0] * runs])
    assert wins.reliable is reliable


def test_no_valid_score_gives_no_estimate():
    assert aggregate({"a": [[None, None]]}) == (None, {})
    assert aggregate({}) == (None, {})
    assert improvement([[None]], [[0.5]]) is None
    overall, domains = aggregate({"a": [[None, None]], "b": [[1.0, None]]})
    assert overall.value == 1.0
    assert not overall.reliable
    assert set(domains) == {"b"}


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    rng = np.random.default_rng(3)
    truth = iqm(table(rng, 12, 20_000))
    inside = 0
    for _ in range(150):
        overall, _ = aggregate({"a": table(rng, 12, 10)}, replicates=300)
        inside += overall.low <= truth <= overall.high
    assert 0.86 <= inside / 150 <= 1.0


def test_the_same_agent_twice_is_a_tie():
    rng = np.random.default_rng(4)
    ties = 0
    for _ in range(100):
        wins = improvement(table(rng, 12, 10), table(rng, 12, 10), replicates=300)
        ties += wins.low <= 0.5 <= wins.high
    assert ties >= 86


def test_probability_of_improvement_is_one_half_for_ties_and_one_for_dominance():
    equal = improvement([[0.5] * 5] * 3, [[0.5] * 5] * 3)
    assert (equal.value, equal.low, equal.high) == (0.5, 0.5, 0.5)
    better = improvement([[0.9] * 5] * 3, [[0.5] * 5] * 3)
    assert (better.value, better.low) == (1.0, 1.0)
    x, y = table(np.random.default_rng(5), 4, 6), table(np.random.default_rng(6), 4, 6, 0.1)
    assert improvement(x, y).value + improvement(y, x).value == pytest.approx(1)


def test_large_suites_are_resampled_in_blocks(monkeypatch):
    groups = {"a": table(np.random.default_rng(7), 30, 5)}
    whole = aggregate(groups)
    monkeypatch.setattr("benchmarks.stats._CELLS_AT_ONCE", 1000)
    assert aggregate(groups) == whole
