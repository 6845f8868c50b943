"""Two sandboxes with different hash seeds, as the gates need them."""

import pytest

from sandboxes import SandboxError
from sandboxes.linux import LinuxSandbox


@pytest.fixture(scope="module")
def sandboxes():
    try:
        one = LinuxSandbox(workers=2)
        two = LinuxSandbox(workers=1, hash_seed=1)
    except SandboxError as error:
        pytest.skip(f"no linux sandbox here: {error}")
    with one, two:
        yield one, two
