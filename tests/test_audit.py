"""The audit finds each kind of bad family."""

import time

import pytest
from scipy import stats

from synth_envs.audit import audit_family, misread, most_by_chance, weak_success
from synth_envs.core import Score, Task
from synth_envs.families import FamilyMix, check_split, load_family, suggest
from synth_envs.math.families.chain_sum import ChainSum
from synth_envs.math.families.topological_order import TopologicalOrder
from synth_envs.seeding import task_rng


class Gullible(ChainSum):
    def __call__(self, *_):
        return Score(1.0, "pass", {"correct": 1.0})


class Evaluating(ChainSum):
    """The classic mistake: the answer is evaluated (here, only the payloads that end)."""

    def __call__(self, task, response):
        if response.startswith("__import__"):
            eval(response)  # noqa: S307 - the fault that the audit must find
        return super().__call__(task, response)


class WrongSolver(ChainSum):
    def solve(self, prompt):
        return str(int(super().solve(prompt)) + 1)


class PlainOnly(ChainSum):
    def __call__(self, task, response):
        return Score(float(response == task.reference), "pass", {"correct": 1.0})


class YesNo(ChainSum):
    def generate(self, rng, difficulty):
        task = super().generate(rng, difficulty)
        return Task(self.family, task.prompt, str(int(task.reference) % 2), difficulty)

    def solve(self, prompt):
        return str(int(super().solve(prompt)) % 2)


class FewTasks(ChainSum):
    def generate(self, rng, difficulty):
        return Task(self.family, f"Compute {1 + rng.randrange(3)} + 1.", "2", difficulty)


class Slow(ChainSum):
    def __call__(self, task, response):
        if len(response) > 50_000:
            time.sleep(0.06)
        return super().__call__(task, response)


class Cheatable(TopologicalOrder):
    def accepts(self, reference, value):
        return set(value) <= set(reference["answer"].lower().split(", "))


class PaysEcho(ChainSum):
    def __call__(self, task, response):
        return super().__call__(task, task.reference if task.prompt in response else response)


class Ambiguous(ChainSum):
    """One prompt, two references."""

    def generate(self, rng, difficulty):
        return Task(self.family, "Compute 1 + 1.", str(rng.randrange(10**6)), difficulty)


@pytest.mark.parametrize(
    ("family", "check"),
    [
        (Gullible, "hostile"),
        (Gullible, "constant answers"),
        (Evaluating, "hostile"),
        (WrongSolver, "independent solver"),
        (PlainOnly, "benign formats"),
        (YesNo, "most common answer"),
        (YesNo, "other answers"),
        (YesNo, "constant answers"),
        (FewTasks, "distinct"),
        (FewTasks, "splits"),
        (Slow, "hostile"),
        (Cheatable, "cheats"),
        (PaysEcho, "echo"),
        (Ambiguous, "one reference"),
    ],
)
def test_planted_faults_are_found(family, check):
    findings = audit_family(family(), tasks_per_level=30)
    assert check in {finding.check for finding in findings}


@pytest.mark.parametrize("family", [ChainSum, TopologicalOrder])
def test_good_families_pass(family):
    assert audit_family(family(), tasks_per_level=30) == []


@pytest.mark.parametrize("n", [1, 10, 100, 1000])
@pytest.mark.parametrize("chance", [0.003, 0.02, 0.5])
def test_chance_limit_is_the_binomial_quantile(n, chance):
    limit = most_by_chance(n, chance)
    assert stats.binom.sf(limit, n, chance) <= 1e-3
    assert limit == 0 or stats.binom.sf(limit - 1, n, chance) > 1e-3


def test_misreading_changes_about_two_percent_of_the_tokens():
    prompt = "Ann has 12345 + 67890 apples. " * 200
    changed = sum(
        a != b for a, b in zip(prompt, misread(prompt, task_rng(0, "all", 0)), strict=False)
    )
    assert 0.01 < changed / (200 * 12) < 0.035
    assert misread(prompt, task_rng(0, "all", 0)) == misread(prompt, task_rng(0, "all", 0))
    assert weak_success(ChainSum(), 0.0) > weak_success(ChainSum(), 1.0) + 0.2


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("nonsense", "looks like"),
        ("no_such_module:X", "cannot load"),
        ("synth_envs.math.families.chain_sum:Nothing", "cannot load"),
        ("synth_envs.core:Task", "not a subclass"),
        ("synth_envs.families:Family", "cannot be made"),
    ],
)
def test_bad_family_paths_are_explained(path, words):
    with pytest.raises(ValueError, match=words):
        load_family(path)


def test_a_mix_needs_distinct_families():
    with pytest.raises(ValueError, match="distinct"):
        FamilyMix([])
    with pytest.raises(ValueError, match="distinct"):
        FamilyMix([ChainSum(), ChainSum()])
    with pytest.raises(ValueError, match="no family 'chain_son'; did you mean 'chain_sum'"):
        FamilyMix([ChainSum()]).oracle(Task("chain_son", "x", "1"))
    source = FamilyMix([FewTasks()])
    splits = {source.task(0, index, "all", 0.0).split for index in range(50)}
    empty = next(split for split in ("train", "validation", "test") if split not in splits)
    with pytest.raises(RuntimeError, match="too few distinct tasks"):
        source.task(0, 0, empty, 0.0)


def test_mixed_batches_keep_their_order():
    mix = FamilyMix([ChainSum(), TopologicalOrder()])
    tasks = [mix.task(0, index, "all", None) for index in range(20)]
    assert len({task.family for task in tasks}) == 2
    responses = [mix.oracle(task) if i % 3 else "" for i, task in enumerate(tasks)]
    assert [score.value for score in mix.verify_batch(tasks, responses)] == [
        float(i % 3 > 0) for i in range(20)
    ]


def test_suggestions():
    assert "did you mean 'test'" in suggest("tset", ["train", "test"])
    assert "choose from: test, train" in suggest("zzz", ["train", "test"])
    with pytest.raises(ValueError, match="unknown split"):
        check_split("dev")
