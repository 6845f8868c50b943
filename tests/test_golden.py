"""Golden digests: a change to any generated task must be deliberate, and bumps the id's version.

Run with SYNTH_ENVS_UPDATE_GOLDEN=1 to write the file anew.
"""

import hashlib
import json
import os
from pathlib import Path

import gymnasium as gym
import pytest

from synth_envs.check import episode_digest
from synth_envs.families import FamilyMix, load_family
from synth_envs.math.families import FAMILIES
from synth_envs.registration import environments

FILE = Path(__file__).with_name("golden.json")


def family_digest(name):
    source = FamilyMix([load_family(FAMILIES[name])])
    digest = hashlib.sha256()
    for level in (0.0, 0.5, 1.0, None):
        for index in range(12):
            digest.update(
                source.task(1, index, ("train", "test")[index % 2], level).to_json().encode()
            )
    return digest.hexdigest()[:16]


def all_digests():
    digests = {f"synth/Math-v0 {name}": family_digest(name) for name in FAMILIES}
    # Other tests in this process may have registered ids of their own.
    ours = [row.id for row in environments() if row.id.startswith("synth/") and not row.needs]
    return digests | {name: episode_digest(name, {})[:16] for name in ours}


def test_golden_digests():
    digests = all_digests()
    if os.environ.get("SYNTH_ENVS_UPDATE_GOLDEN"):
        FILE.write_text(json.dumps(digests, indent=1, sort_keys=True) + "\n")
    golden = json.loads(FILE.read_text())
    changed = sorted(key for key in {*golden, *digests} if golden.get(key) != digests.get(key))
    assert not changed, (
        f"these changed; bump the version of the id and write the file anew: {changed}"
    )


@pytest.mark.parametrize("row", environments(), ids=lambda row: row.id)
def test_every_id_is_versioned(row):
    assert gym.spec(row.id).version is not None
