"""Shared fixtures: where the real data lies, and a clear reason when it does not."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def real_math() -> Path:
    """The folder of GSM8K, SVAMP and MATH-500, outside the project."""
    default = Path(__file__).resolve().parents[2] / "shared" / "real"
    folder = Path(os.environ.get("SYNTH_ENVS_REAL_DATA", default)) / "math"
    if not folder.is_dir():
        pytest.skip(
            f"no real data at {folder}; set SYNTH_ENVS_REAL_DATA to the folder that holds math/"
        )
    return folder
