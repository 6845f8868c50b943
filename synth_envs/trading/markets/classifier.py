"""A two-sample test by a classifier: can it tell windows of a generator from windows of stocks?

An area under the curve of 0.5 means that it cannot, 1 that it always can (Lopez-Paz and Oquab,
"Revisiting classifier two-sample tests", ICLR 2017).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from synth_envs.trading.markets.market import Market
from synth_envs.trading.markets.verdict import daily

__all__ = ["TwoSample", "features", "two_sample", "two_sample_of_market"]

_FOLDS, _RESAMPLES = 5, 500


@dataclass(frozen=True)
class TwoSample:
    """The area under the curve on series that the classifier was not trained on, and its 95 % interval."""

    auc: float
    low: float
    high: float
    windows: int


def features(returns: np.ndarray, window: int = 60) -> np.ndarray:
    """Return what the classifier sees of a series, float64 (windows, features).

    Args:
        returns: Daily log returns; they are first divided by their standard deviation.
        window: Days in a window; windows do not overlap.
    """
    r = (returns - returns.mean()) / returns.std()
    w = r[: r.size // window * window].reshape(-1, window)
    size = np.abs(w)
    ordered, largest = np.sort(w, axis=1), np.sort(size, axis=1)
    places = (np.array([0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95]) * (window - 1)).round().astype(int)
    centred = size - size.mean(axis=1, keepdims=True)
    spread = (centred * centred).mean(axis=1) + 1e-12
    memory = [(centred[:, :-k] * centred[:, k:]).mean(axis=1) / spread for k in (1, 2, 5, 10)]
    linear = [(w[:, :-k] * w[:, k:]).mean(axis=1) / (w * w).mean(axis=1) for k in (1, 2)]
    answer = (w[:, :-1] * size[:, 1:]).mean(axis=1) / (w * w).mean(axis=1)
    halves = np.log(size[:, window // 2 :].mean(axis=1) / size[:, : window // 2].mean(axis=1))
    return np.column_stack(
        [ordered[:, places], largest[:, [-1, -2, -5]], size.mean(axis=1), w.sum(axis=1), *memory, *linear, answer, halves]
    )  # fmt: skip


def two_sample(real: list[np.ndarray], made: list[np.ndarray], *, seed: int = 0) -> TwoSample:
    """Return how well boosted trees tell two sets of series apart.

    Whole series are left out in turn, and the interval is of a bootstrap over series, for windows of
    one are alike.

    Args:
        real: Daily log returns of one set, at least 5 series.
        made: Of the other.
        seed: Of the folds and of the bootstrap.

    Raises:
        ModuleNotFoundError: scikit-learn is not installed.
        ValueError: There are fewer than 5 series in a set.
    """
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier
        from sklearn.metrics import roc_auc_score
    except ModuleNotFoundError as problem:
        msg = "the classifier needs scikit-learn: pip install 'synth-envs[risk]'"
        raise ModuleNotFoundError(msg) from problem
    if min(len(real), len(made)) < _FOLDS:
        msg = f"give at least {_FOLDS} series of each, got {len(real)} and {len(made)}"
        raise ValueError(msg)
    random = np.random.default_rng(seed)
    seen = [features(one) for one in (*real, *made)]
    folds = np.concatenate([random.permutation(len(one)) % _FOLDS for one in (real, made)])
    owner = np.repeat(np.arange(len(seen)), [len(one) for one in seen])
    x, y = np.concatenate(seen), (owner >= len(real)).astype(np.int64)
    guess = np.empty(len(x))
    for fold in range(_FOLDS):
        held = folds[owner] == fold
        model: Any = HistGradientBoostingClassifier(
            max_iter=100, max_depth=3, learning_rate=0.1, random_state=seed
        )
        guess[held] = model.fit(x[~held], y[~held]).predict_proba(x[held])[:, 1]
    rows = [np.flatnonzero(owner == k) for k in range(len(seen))]
    found = []
    for _ in range(_RESAMPLES):
        ours = random.integers(0, len(real), len(real))
        theirs = random.integers(len(real), len(seen), len(made))
        drawn = np.concatenate([rows[k] for k in (*ours, *theirs)])
        found.append(float(roc_auc_score(y[drawn], guess[drawn])))
    low, high = np.quantile(found, [0.025, 0.975])
    return TwoSample(float(roc_auc_score(y, guess)), float(low), float(high), len(x))


def two_sample_of_market(of: Market, real: list[np.ndarray]) -> TwoSample:
    """Return how well a market's paths are told from real series, as many and as long."""
    made = [daily(of, 0x7E57_0000 + k, one.size)[0] for k, one in enumerate(real)]
    return two_sample(real, made)
