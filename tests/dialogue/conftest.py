"""Where the real dialogues lie, and a clear reason when they do not."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def real_dialogue() -> Path:
    """The folder of the real dialogues, outside the project."""
    default = Path(__file__).resolve().parents[3] / "shared" / "real"
    folder = Path(os.environ.get("SYNTH_ENVS_REAL_DATA", default)) / "dialogue"
    if not folder.is_dir():
        pytest.skip(
            f"no real data at {folder}; set SYNTH_ENVS_REAL_DATA to the folder that holds dialogue/"
        )
    return folder
