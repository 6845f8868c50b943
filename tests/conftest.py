"""Shared fixtures: where the real data lies, and a clear reason when it does not."""

import os
from pathlib import Path

import pytest


def _real_data(domain: str) -> Path:
    default = Path(__file__).resolve().parents[2] / "shared" / "real"
    folder = Path(os.environ.get("SYNTH_ENVS_REAL_DATA", default)) / domain
    if not folder.is_dir():
        pytest.skip(
            f"no real data at {folder}; set SYNTH_ENVS_REAL_DATA to the folder that holds {domain}/"
        )
    return folder


@pytest.fixture(scope="session")
def real_math() -> Path:
    """The folder of GSM8K, SVAMP and MATH-500, outside the project."""
    return _real_data("math")


@pytest.fixture(scope="session")
def real_code() -> Path:
    """The folder of HumanEval, MBPP and CRUXEval, outside the project."""
    return _real_data("code")


@pytest.fixture(scope="session")
def real_driving() -> Path:
    """The folder of the real driving data."""
    return _real_data("driving")
