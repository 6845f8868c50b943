"""Models of scikit-learn, fitted to tables of cases (needs the extra `[risk]`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from synth_envs.families import suggest

__all__ = ["KINDS", "fit"]

KINDS = ("logistic", "boosting", "tree", "stump")


def fit(
    kind: str, features: np.ndarray, labels: np.ndarray, seed: int = 0
) -> Callable[[np.ndarray], np.ndarray]:
    """Fit a model and return its prediction.

    Args:
        kind: "logistic" (standardised, L2), "boosting" (histogram gradient boosting), "tree" (of
            depth 2) or "stump" (of depth 1); the trees weigh both kinds of cases alike, so their
            probabilities only rank.
        features: float (n, columns).
        labels: bool (n,).
        seed: Of the model's own random numbers.

    Returns:
        A function from features (m, columns) to probabilities (m,).

    Raises:
        ImportError: scikit-learn is not installed.
        ValueError: The kind is unknown.
    """
    if kind not in KINDS:
        msg = f"unknown model {kind!r}{suggest(str(kind), KINDS)}; choose from {', '.join(KINDS)}"
        raise ValueError(msg)
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
        from sklearn.tree import DecisionTreeClassifier
    except ImportError as error:
        msg = "models need scikit-learn: pip install 'synth-envs[risk]'"
        raise ImportError(msg) from error
    made: Mapping[str, Callable[[], Any]] = {
        "logistic": lambda: make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
        "boosting": lambda: HistGradientBoostingClassifier(
            max_iter=120, learning_rate=0.06, max_leaf_nodes=15, l2_regularization=1.0, random_state=seed
        ),
        "tree": lambda: DecisionTreeClassifier(
            max_depth=2, min_samples_leaf=50, class_weight="balanced", random_state=seed
        ),
        "stump": lambda: DecisionTreeClassifier(
            max_depth=1, min_samples_leaf=50, class_weight="balanced", random_state=seed
        ),
    }  # fmt: skip
    model = made[kind]()
    model.fit(np.asarray(features, np.float64), np.asarray(labels, np.int64))

    def predict(rows: np.ndarray) -> np.ndarray:
        return np.asarray(model.predict_proba(np.asarray(rows, np.float64))[:, 1])

    return predict
