"""Pictures of a fraud desk: cumulated cost, frauds and how many were stopped, the review budget."""

from __future__ import annotations

import numpy as np

from synth_envs.trading.fraud import layout as at

__all__ = ["picture"]


def picture(row: np.ndarray, history: np.ndarray, rules: np.ndarray) -> np.ndarray:
    """Return a picture of an episode, uint8 (400, 600, 3).

    Args:
        row: The state of the episode.
        history: float32 (steps + 1, 5), or of no steps.
        rules: Of the simulator.
    """
    from synth_envs.trading.charts import Line, Panel, chart

    step = int(row[at.STEP])
    steps = int(rules[at.PER_DAY] * rules[at.DAYS])
    past = history[: step + 1] if len(history) else np.zeros((1, 5), np.float32)
    panels = [
        Panel("Result so far (100 EUR)", [Line(past[:, 0], "blue", "result", total=steps)], height=1.6, zero=True),
        Panel(
            "Frauds and how many were stopped",
            [Line(past[:, 3], "red", "frauds", total=steps), Line(past[:, 2], "green", "stopped", total=steps)],
            height=1.3,
        ),
        Panel("Honest payments blocked", [Line(past[:, 4], "orange", "blocked", total=steps)]),
        Panel("Reviews left today", [Line(past[:, 1], "grey", "reviews", total=steps)], zero=True),
    ]  # fmt: skip
    return chart(panels, title=f"Fraud: payment {step} of {steps}")
