"""The search for policies that beat a martingale: it finds none, and would find one that did."""

import pytest

from benchmarks.trading_soundness import CONTROL, TASKS, Found, main, plan, search, z_of


def test_no_searched_policy_beats_a_martingale_and_the_control_does(capsys):
    assert main(["--searches", str(len(TASKS)), "--test-episodes", "1024"]) == 0
    shown = capsys.readouterr().out
    assert f"above it: 0 of {len(TASKS)}" in shown
    assert all(task.name in shown for task in TASKS)


def test_a_search_is_a_function_of_its_seed():
    one, again, other = (search(CONTROL, seed, 128) for seed in (3, 3, 4))
    assert one == again != other
    assert one.profit > 0.0


def test_the_verdict_can_fail(monkeypatch):
    assert z_of(50) == pytest.approx(3.0902, abs=1e-4)
    assert Found("", 0.1, 0.04, 0.01).beats(z_of(50))
    assert not Found("", 0.1, 0.03, 0.01).beats(z_of(50))
    assert [task for task, _ in plan(2 * len(TASKS))] == [*TASKS, *TASKS]
    monkeypatch.setattr(
        "benchmarks.trading_soundness.search", lambda *_: Found(TASKS[0].name, 0.1, 0.04, 0.01)
    )
    assert main(["--searches", "5"]) == 1
    # A control without profit fails as well.
    monkeypatch.setattr(
        "benchmarks.trading_soundness.search", lambda *_: Found(TASKS[0].name, 0.1, 0.0, 0.01)
    )
    assert main(["--searches", "5"]) == 1


@pytest.mark.parametrize(
    "arguments", [["--searches", "0"], ["--test-episodes", "many"], ["--what"]]
)
def test_bad_arguments_are_named(arguments, capsys):
    with pytest.raises(SystemExit) as failure:
        main(arguments)
    assert failure.value.code == 2
    assert arguments[0] in capsys.readouterr().err
