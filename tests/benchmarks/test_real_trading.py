"""Trading recorded prices: the same as in the environment, causal, and measured against placebos."""

import json

import numpy as np
import pytest

from benchmarks import real_trading
from benchmarks.real_accounts import (
    POSITIONS,
    RULES,
    _Trained,
    cut,
    kelly,
    permuted,
    play,
    train,
)
from benchmarks.real_trading import COSTS_BP, main
from benchmarks.real_verdict import judge, portfolio, rank, together
from synth_envs.trading.asset.env import TradingEnv
from synth_envs.trading.asset.policies import make_trading_policy
from synth_envs.trading.markets.data import recorded

HORIZON = 30


def prices(seed, bars, *, follow=0.0, drift=0.0005):
    """Closes whose log returns take a share of the one before along."""
    rng = np.random.default_rng(seed)
    shocks = drift + 0.01 * rng.standard_normal(bars)
    for k in range(1, bars):
        shocks[k] += follow * shocks[k - 1]
    return 50.0 * np.exp(np.append(0.0, np.cumsum(shocks)))


@pytest.fixture(scope="module")
def two():
    return {name: recorded(prices(seed, 64 + 5 * HORIZON + 7)) for seed, name in enumerate("AB")}


def test_episodes_follow_one_another_and_are_those_of_the_environment(two):
    episodes = cut(two, HORIZON)
    assert len(episodes) == 10
    assert len(set(episodes.keys.tolist())) == 10
    bars = 64 + 5 * HORIZON + 7
    starts = np.array([start for start, _ in episodes.recording.parts])
    expected = [k * HORIZON + i * (bars + 1) for i in (0, 1) for k in range(5)]
    assert starts.tolist() == expected
    played = play(episodes, RULES["momentum"], 10e-4).returns
    assert played.shape == (2, 5 * HORIZON)
    for i, one in enumerate(two.values()):
        for k in (0, 3):
            first, last = k * HORIZON - 0.5, k * HORIZON + 64 + HORIZON + 0.5
            env = TradingEnv(
                market=one, between=(max(first, 0.0) / bars, last / bars), horizon=HORIZON, fee=10e-4, spread=0.0,
                impact=0.0, positions=POSITIONS, split="all",
            )  # fmt: skip
            seen, _ = env.reset(seed=7)
            policy = make_trading_policy("momentum", env)
            for t in range(HORIZON):
                action = policy.act(seen[None])[0]
                seen, reward, _, over, _ = env.step(action)
                assert reward == played[i, k * HORIZON + t]
            assert over


def test_gaps_opens_and_volumes_are_kept():
    closes = prices(3, 279)
    rng = np.random.default_rng(0)
    days = np.arange(280.0) * 86400
    days[100:] += 30 * 86400
    own = {
        "time": [np.datetime64(int(day), "s").astype(str) for day in days],
        "open": closes * (1 + 0.001 * rng.standard_normal(280)),
        "close": closes,
        "volume": rng.uniform(1, 2, 280),
    }
    one = recorded(own, on_gap="split")
    assert one.parts == ((0, 100), (100, 280))
    episodes = cut({"own": one}, HORIZON)
    assert [start for start, _ in episodes.recording.parts] == [0, 100, 130, 160]
    assert episodes.bars_per_year == pytest.approx(279 * 365.25 / 309)
    # At the next open: bought by the first bar's rest, then held.
    earned = play(episodes, RULES["hold"], 0.0).returns.reshape(4, HORIZON)
    opened, closed = own["open"][65], own["close"][64 + HORIZON]
    assert earned[0].sum() == pytest.approx(np.log(closed / opened), abs=1e-12)
    other = permuted(one, 5)
    assert other.parts == one.parts
    for start, stop in one.parts:

        def bars(recording, start=start, stop=stop):
            before, inside = recording.close[start : stop - 1], slice(start + 1, stop)
            rows = recording.open[inside] / before, recording.close[inside] / before
            return np.stack([*rows, recording.volume[inside]])

        old, new = bars(one), bars(other)
        assert not np.allclose(old, new)
        by_volume = [rows[:, np.argsort(rows[2])] for rows in (old, new)]
        np.testing.assert_allclose(*by_volume, rtol=1e-12)
        assert other.close[start] == one.close[start]
        assert other.close[stop - 1] / one.close[stop - 1] == pytest.approx(1.0)


def test_a_permutation_is_the_same_for_all_and_another_for_each_seed(two):
    changes = {k: np.diff(np.log(one.close)) for k, one in two.items()}
    moved = {k: np.diff(np.log(permuted(one, 1).close)) for k, one in two.items()}
    orders = [
        np.argmin(np.abs(changes[k][None] - moved[k][:, None]), axis=1) for k in two
    ]  # the values differ by more than rounding
    np.testing.assert_array_equal(*orders)
    assert sorted(orders[0].tolist()) == list(range(len(orders[0])))
    assert not np.allclose(moved["A"], np.diff(np.log(permuted(two["A"], 2).close)))


def test_mertons_share_is_of_the_past_alone(two):
    one = two["A"]
    share = kelly(one)
    change = one.close[1:] / one.close[:-1] - 1
    for k in (2, 3, 64, 150, len(change)):
        assert share[k] == pytest.approx(change[:k].mean() / change[:k].var(), rel=1e-6)
    assert share[:2].tolist() == [0.0, 0.0]
    closes = one.close.copy()
    closes[101:] *= 1.5
    other = kelly(recorded(closes))
    np.testing.assert_array_equal(other[:101], share[:101])
    assert (other[101:] != share[101:]).all()
    # What is held is decided by the bars before, of which the last one counts.
    rng = np.random.default_rng(2)
    wild = recorded(50 * np.exp(np.append(0.0, np.cumsum(0.2 * rng.standard_normal(130)))))
    acted, expected = [], np.abs(np.array(POSITIONS) - kelly(wild)[:, None]).argmin(axis=1)

    class Watched:
        def __init__(self, sim, episodes):
            self.policy = RULES["merton"](sim, episodes)

        def act(self, observations):
            acted.append(self.policy.act(observations))
            return acted[-1]

    play(cut({"wild": wild}, HORIZON), Watched, 0.0)
    np.testing.assert_array_equal(np.transpose(acted).ravel(), expected[64 : 64 + 2 * HORIZON])
    assert len(set(expected[64:124].tolist())) >= 3
    assert (expected[64:124] != expected[65:125]).any()
    # A gap is no bar.
    split = recorded({"time": [f"2020-{m}-{d:02}" for m in ("01", "05") for d in range(1, 11)],
                      "close": np.append(np.arange(1.0, 11), np.arange(5.0, 15))}, on_gap="split")  # fmt: skip
    inner = np.append(1 / np.arange(1.0, 10), 1 / np.arange(5.0, 14))
    assert kelly(split)[19] == pytest.approx(inner.mean() / inner.var())
    assert kelly(split)[10] == kelly(split)[9]


def test_holding_earns_the_market_less_one_purchase_an_episode(two):
    episodes = cut(two, HORIZON)
    free, dear = (play(episodes, RULES["hold"], cost) for cost in (0.0, 50e-4))
    for earned, one in zip(free.returns, two.values(), strict=True):
        change = np.diff(np.log(one.close))[64 : 64 + 5 * HORIZON]
        np.testing.assert_allclose(earned, change, atol=1e-12)
    paid = (free.returns - dear.returns).sum(axis=1)
    # All cash buys 1 / 1.005 units; nothing is sold.
    np.testing.assert_allclose(paid, 5 * np.log(1.005), rtol=1e-9)
    # Of the equity when the bar is over.
    bought = np.exp(-free.returns[:, ::HORIZON]).sum(axis=1)
    np.testing.assert_allclose(free.turnover, bought, rtol=1e-9)
    assert not free.ruined
    assert not play(episodes, RULES["flat"], 50e-4).returns.any()
    assert not play(episodes, RULES["learner"], 0.0).returns.any()  # there is no signal to learn


def test_what_is_measured(two):
    episodes = cut(two, HORIZON)
    hold = play(episodes, RULES["hold"], 0.0)
    momentum = play(episodes, RULES["momentum"], 0.0)
    all_of = portfolio(momentum)
    np.testing.assert_allclose(all_of, np.expm1(momentum.returns).mean(axis=0))
    found, logs = judge(momentum, hold, episodes, trials=10)
    assert found["log_return"] == pytest.approx(252 * np.log1p(all_of).mean())
    assert found["beyond_hold"] == pytest.approx(
        252 * (np.log1p(all_of) - np.log1p(portfolio(hold))).mean()
    )
    assert found["account_log_return"] == pytest.approx(252 * momentum.returns.mean())
    assert found["sharpe"] == pytest.approx(all_of.mean() / all_of.std(ddof=1) * 252**0.5)
    low, high = found["sharpe_interval"]
    assert low < found["sharpe"] < high
    wealth = np.cumprod(np.append(1.0, 1 + all_of))
    assert found["max_drawdown"] == pytest.approx(
        (1 - wealth / np.maximum.accumulate(wealth)).max()
    )
    assert found["turnover"] == pytest.approx(momentum.turnover.mean() * 252 / (5 * HORIZON))
    above = (momentum.returns.sum(axis=1) > hold.returns.sum(axis=1)).mean()
    assert found["stocks_above_hold"] == above
    more, _ = judge(momentum, hold, episodes, trials=100)
    assert more["deflated_sharpe"] < found["deflated_sharpe"]
    none, nothing = judge(hold, hold, episodes, trials=10)
    assert none["beyond_hold"] == 0.0
    assert none["deflated_beyond_hold"] == 0.5
    assert none["deflated_sharpe"] != 0.5
    assert not nothing[1].any()
    mean = together([found, none], [logs, nothing], 252.0)
    assert mean["seeds"] == 2
    assert mean["beyond_hold"] == pytest.approx(found["beyond_hold"] / 2)
    low, high = mean["beyond_hold_interval"]
    assert low < mean["beyond_hold"] < high
    assert mean["beyond_hold_seeds"]["mean"] == pytest.approx(mean["beyond_hold"])
    assert "beyond_hold_seeds" not in together([none], [nothing], 252.0)


def test_ranks_among_placebos():
    assert rank(5.0, [1, 2, 3]) == {"real": 5.0, "placebos": 3, "below": 3.0, "p": 0.5}
    assert rank(0.0, [1] * 39) == {"real": 0.0, "placebos": 39, "below": 0.0, "p": 0.05}
    assert rank(2.0, [2, 2, 2]) == {"real": 2.0, "placebos": 3, "below": 1.5, "p": 1.0}
    assert rank(2.0, [1, 2, 3])["below"] == 1.5
    assert rank(1.0, [])["p"] == 1.0


def test_who_knows_of_order_stands_out_and_nobody_else():
    trend = {"A": recorded(prices(11, 64 + 20 * HORIZON, follow=0.6))}
    episodes = cut(trend, HORIZON)
    placebos = {name: [] for name in RULES}
    real = {name: play(episodes, make, 0.0).returns.mean() for name, make in RULES.items()}
    for k in range(39):
        other = cut({"A": permuted(trend["A"], k)}, HORIZON, episodes.keys)
        for name, make in RULES.items():
            placebos[name].append(play(other, make, 0.0).returns.mean())
    ranks = {name: rank(real[name], placebos[name]) for name in RULES}
    assert ranks["momentum"]["p"] == pytest.approx(0.05)
    assert ranks["momentum"]["below"] == 39
    assert ranks["reversion"]["below"] == 0
    assert ranks["flat"]["p"] == ranks["learner"]["p"] == 1.0
    assert ranks["hold"]["p"] > 0.05


def test_a_trained_policy_is_shown_costs_that_it_knows():
    class Model:
        def predict(self, seen, *, deterministic):
            assert deterministic
            return np.round(1000 * seen[:, -2]), None

    class Same:
        def normalize_obs(self, seen):
            return seen

    seen = np.zeros((4, 32), np.float32)
    seen[:, -2] = [0.0, 0.05, 0.1, 0.5]
    before = seen.copy()
    assert _Trained(Model(), Same()).act(seen).tolist() == [20, 50, 100, 100]
    np.testing.assert_array_equal(seen, before)


def test_training_is_of_its_seed(two):
    pytest.importorskip("stable_baselines3")
    episodes = cut(two, HORIZON)
    plays = []
    for kind, seed in (("msm", 0), ("msm", 0), ("msm", 1), ("gjr", 0)):
        make, curve = train(kind, seed, 8192, horizon=HORIZON, nights=False)
        assert curve[-1][0] == 8192
        plays.append(play(episodes, make, 5e-4).returns)
    np.testing.assert_array_equal(plays[0], plays[1])
    assert not np.array_equal(plays[0], plays[2])
    assert not np.array_equal(plays[0], plays[3])


def test_the_command_writes_figures_and_a_picture(tmp_path, capsys):
    for package in ("stable_baselines3", "matplotlib", "scipy"):
        pytest.importorskip(package)
    file = tmp_path / "own.csv"
    rows = "".join(f"{price:.6f}\n" for price in prices(5, 64 + 4 * HORIZON))
    file.write_text(f"close\n{rows}")
    output = tmp_path / "new" / "result.json"
    command = ["--prices", str(file), "--seeds", "2", "--steps", "1", "--horizon", str(HORIZON),
               "--placebos", "3", "-o", str(output)]  # fmt: skip
    assert main(command) == 0
    shown = capsys.readouterr().out
    for text in ("buy and hold", "PPO gjr", "placebo rank", "result.png"):
        assert text in shown
    result = json.loads(output.read_text())
    assert result["recordings"] == ["own.csv"]
    assert result["episodes"] == 4
    assert result["trials"] == (2 * 2 + len(RULES)) * len(COSTS_BP)
    assert list(result["groups"]) == ["PPO msm", "PPO gjr", *RULES]
    for name, by_cost in result["groups"].items():
        assert list(by_cost) == [f"{cost:g}" for cost in COSTS_BP]
        assert len(result["runs"][name]["5"]) == (2 if "PPO" in name else 1)
        assert result["placebo"][name]["placebos"] == 3
    holding = [one["log_return"] for one in result["groups"]["hold"].values()]
    assert holding == sorted(holding, reverse=True)
    assert (output.with_suffix(".png")).read_bytes().startswith(b"\x89PNG")


def test_bad_input_is_named_in_a_line(tmp_path, capsys, monkeypatch):
    pytest.importorskip("stable_baselines3")
    short, bad = tmp_path / "short.csv", tmp_path / "bad.csv"
    short.write_text("close\n" + "1.0\n" * 50)
    bad.write_text("close\n1.0\n-2.0\n")
    other = tmp_path / "other.csv"
    other.write_text("price of nothing\n1.0\n")
    monkeypatch.setattr(real_trading, "stocks", lambda: None)
    for command, said in (
        (["--prices", str(tmp_path / "none.csv")], "there is no file"),
        (["--prices", str(tmp_path)], "there is no file"),
        (["--prices", str(bad)], "close is -2"),
        (["--prices", str(other)], "close"),
        (["--prices", str(short)], "lower --horizon"),
        (["--prices", str(short), "-o", str(tmp_path)], "must be a file for JSON"),
        (["--prices", str(short), "-o", str(tmp_path / "x.png")], "must be a file for JSON"),
        (["--prices", str(short), "-o", str(bad / "x.json")], "cannot write to"),
        (["--stocks"], "pip install skfolio"),
        ([], "--prices FILE"),
    ):
        assert main(command) == 2
        error = capsys.readouterr().err
        assert error.startswith("real_trading: ")
        assert said in error
        assert error.count("\n") == 1
    for command in (["--stocks", "--prices", "x.csv"], ["--seeds", "0"], ["--steps", "many"]):
        with pytest.raises(SystemExit) as exit_:
            main(command)
        assert exit_.value.code == 2
    different = {"A": recorded(prices(0, 100)), "B": recorded(prices(0, 101))}
    with pytest.raises(ValueError, match="same bars"):
        cut(different, 5)


def test_what_is_missing_is_named(capsys, monkeypatch):
    monkeypatch.setattr("benchmarks.command.find_spec", {"matplotlib": 1, "scipy": 1}.get)
    assert main([]) == 2
    expected = "real_trading: stable_baselines3 is missing: pip install 'synth-envs[sb3]'\n"
    assert capsys.readouterr().err == expected
