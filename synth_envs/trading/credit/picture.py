"""Pictures of a lender: equity, exposure, defaults, and how well scores are calibrated."""

from __future__ import annotations

import numpy as np

from synth_envs.trading.credit import layout as at
from synth_envs.trading.credit.measures import cost_curve

__all__ = ["model_picture", "picture"]

_LEAST = 4.0


def picture(
    row: np.ndarray, history: np.ndarray, curve: np.ndarray, rules: np.ndarray, steps: int
) -> np.ndarray:
    """Return a picture of an episode, uint8 (400, 600, 3).

    Args:
        row: The state of the episode.
        history: float32 (steps + 1, 5), or of no steps.
        curve: Scores by bin: how many, their sum, the sum of true probabilities; (bins, 3).
        rules: Of the simulator.
        steps: How many applicants an episode has.
    """
    from synth_envs.trading.charts import Line, Panel, chart

    step = int(row[at.STEP])
    past = history[: step + 1] if len(history) else _now(row)
    panels = [
        Panel("Equity (thousand EUR)", [Line(past[:, 0], "blue", "equity", total=steps)], height=2.0),
        Panel(
            "Exposure and required capital (thousand EUR)",
            [Line(past[:, 1], "grey", "exposure", total=steps), Line(past[:, 3], "red", "capital", total=steps)],
            height=1.3,
        ),
        Panel("Defaults, share of known outcomes", [Line(past[:, 4], "orange", "defaults", total=steps)]),
    ]  # fmt: skip
    if rules[at.SCORED]:
        filled = curve[curve[:, 0] >= _LEAST]
        if len(filled) > 1:
            said, true = filled[:, 1] / filled[:, 0], filled[:, 2] / filled[:, 0]
            panels[2] = Panel(
                "Calibration: true default rate (green) against the score given (grey), by score",
                [Line(said, "grey", "score"), Line(true, "green", "truth")],
                height=1.5,
            )
    elif not rules[at.EXACT]:
        panels.append(
            Panel("Indicator of the economy", [Line(past[:, 2], "purple", "", total=steps)], zero=True)
        )  # fmt: skip
    return chart(panels, title=f"Credit: applicant {step} of {steps}")


def _now(row: np.ndarray) -> np.ndarray:
    rate = row[at.DEFAULTS] / max(row[at.DEFAULTS] + row[at.REPAID], 1.0)
    return np.array(
        [[row[at.EQUITY], row[at.EXPOSURE], row[at.INDICATOR], row[at.CAPITAL], rate]], np.float32
    )


def model_picture(
    scores: np.ndarray, labels: np.ndarray, missed: np.ndarray, refused: np.ndarray, bins: int = 20
) -> np.ndarray:
    """Return a picture of a model on a table of cases, of credit or of fraud, uint8 (400, 600, 3).

    Above is its calibration over bins of equal counts, from low scores to high; below what it costs
    to refuse a share of all cases, the highest scores first.

    Args:
        scores: Probabilities, float (n,).
        labels: bool (n,).
        missed: What each case costs if it is let through, float (n,).
        refused: What each case costs if it is refused, float (n,).
        bins: Of the calibration.
    """
    from synth_envs.trading.charts import Line, Panel, chart

    parts = np.array_split(np.argsort(np.asarray(scores), kind="stable"), bins)
    said = np.array([np.mean(np.asarray(scores)[part]) for part in parts])
    true = np.array([np.mean(np.asarray(labels)[part]) for part in parts])
    share, cost = cost_curve(scores, missed, refused)
    least = f"{100 * share[int(cost.argmin())]:.0f} %"
    return chart([
        Panel("Calibration by score", [Line(said, "grey", "score"), Line(true, "green", "frequency")], height=1.2),
        Panel(f"Mean cost by share refused, least at {least}", [Line(cost, "red", "cost")]),
    ], title="Model")  # fmt: skip
