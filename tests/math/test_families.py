"""Every family passes its audit; its solver agrees; its splits are disjoint; it gets harder."""

import pytest

from synth_envs.audit import DIFFICULTIES, audit_family, weak_success
from synth_envs.families import FamilyMix, load_family
from synth_envs.math.families import FAMILIES
from synth_envs.seeding import SPLITS

# The full counts take minutes; tests marked slow run them.
every_family = pytest.mark.parametrize("name", FAMILIES)


@every_family
def test_audit_finds_nothing(name):
    family = load_family(FAMILIES[name])
    assert family.family == name
    findings = audit_family(family, tasks_per_level=40)
    assert not findings, "\n".join(f"{f.check}: {f.detail}" for f in findings)


@pytest.mark.slow
@every_family
def test_solver_agrees_on_a_thousand_tasks(name):
    family = load_family(FAMILIES[name])
    source = FamilyMix([family])
    for index in range(1000):
        task = source.task(17, index, "all", None)
        answer = family.solve(task.prompt)
        assert family(task, answer).value == 1.0, (task.prompt, answer, family.oracle(task))


@pytest.mark.slow
@every_family
def test_reference_passes_every_benign_format_on_a_thousand_tasks(name):
    family = load_family(FAMILIES[name])
    source = FamilyMix([family])
    for index in range(1000):
        task = source.task(18, index, "all", None)
        for label, text in family.benign(task).items():
            assert family(task, text).status == "pass", (label, text, task.prompt)


def draws_by_split(name, draws):
    source = FamilyMix([load_family(FAMILIES[name])])
    return {
        split: {source.task(i % 7, i, split, None).prompt for i in range(draws)} for split in SPLITS
    }


def assert_disjoint(seen):
    assert not seen["train"] & seen["validation"]
    assert not seen["train"] & seen["test"]
    assert not seen["validation"] & seen["test"]


@every_family
def test_splits_share_no_content(name):
    assert_disjoint(draws_by_split(name, 200))


@pytest.mark.slow
@every_family
def test_splits_share_no_content_over_ten_thousand_draws(name):
    assert_disjoint(draws_by_split(name, 3334))


@every_family
def test_a_weak_solver_does_worse_as_difficulty_rises(name):
    family = load_family(FAMILIES[name])
    easy, middle, hard = (weak_success(family, level) for level in DIFFICULTIES)
    assert easy > hard + 0.05
    assert easy + 0.07 > middle > hard - 0.07  # 200 tasks: two standard errors


@every_family
def test_families_document_themselves(name):
    family = load_family(FAMILIES[name])
    assert family.group != "other"
    assert family.chance <= 0.02
    assert "ifficulty" in (type(family).__doc__ or "")
