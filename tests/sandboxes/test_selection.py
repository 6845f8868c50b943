"""Which backend is chosen, and what is said where the strong ones do not work."""

import os
import subprocess
import sys
import warnings

import pytest

import sandboxes
from sandboxes import SandboxError, get_sandbox, open_sandbox, selection
from sandboxes.base import Limits, Sandbox


class Fake(Sandbox):
    layers = ("none",)
    limits = Limits()
    languages = ("python",)

    def __init__(self, name):
        self.name = name

    def run_batch(self, programs):
        return [None for _ in programs]

    def close(self):
        self._closed = True


def backends(monkeypatch, **works):
    def opening(name):
        def open_it(**_):
            if not works.get(name, False):
                message = f"{name} is broken"
                raise SandboxError(message)
            return Fake(name)

        return open_it

    monkeypatch.delenv(selection.VARIABLE, raising=False)
    monkeypatch.setattr(selection, "_shared", {})
    monkeypatch.setattr(selection, "BACKENDS", {name: opening(name) for name in selection.BACKENDS})


def test_the_strongest_that_works(monkeypatch):
    backends(monkeypatch, linux=True, docker=True, wasm=True)
    assert open_sandbox().name == "linux"
    backends(monkeypatch, docker=True, wasm=True)
    assert open_sandbox().name == "docker"


@pytest.mark.parametrize("weak", ["landlock", "wasm"])
def test_a_weaker_one_is_never_chosen_in_silence(monkeypatch, weak):
    backends(monkeypatch, **{weak: True})
    with pytest.warns(
        RuntimeWarning, match=f"'{weak}'(?s:.*)linux is broken(?s:.*)docker is broken"
    ):
        assert open_sandbox().name == weak


def test_where_nothing_works_nothing_runs(monkeypatch):
    backends(monkeypatch)
    with pytest.raises(SandboxError, match=r"linux is broken(?s:.*)wasm is broken"):
        open_sandbox()


def test_the_variable_decides(monkeypatch):
    backends(monkeypatch, linux=True, wasm=True)
    monkeypatch.setenv(selection.VARIABLE, "wasm")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert open_sandbox().name == "wasm"
        assert open_sandbox("linux").name == "linux"
    monkeypatch.setenv(selection.VARIABLE, "docker")
    with pytest.raises(SandboxError, match="docker is broken"):
        open_sandbox()
    monkeypatch.setenv(selection.VARIABLE, "moon")
    with pytest.raises(SandboxError, match="SYNTH_ENVS_SANDBOX names backend 'moon'; one of linux"):
        open_sandbox()
    with pytest.raises(ValueError, match="there is no backend 'sun'"):
        open_sandbox("sun")


def test_one_sandbox_is_shared(monkeypatch):
    backends(monkeypatch, linux=True)
    one = get_sandbox()
    assert get_sandbox() is one
    assert get_sandbox("fork") is not one
    assert get_sandbox(preload=["numpy"]) is not one
    one.close()
    assert one.closed
    assert get_sandbox() is not one


def test_the_shared_one_is_closed_at_the_end():
    if sys.platform != "linux":
        pytest.skip("the linux backend needs Linux")
    source = (
        "import sandboxes, os\n"
        "s = sandboxes.get_sandbox()\n"
        "print(s.run('print(6 * 7)').out, end='')\n"
        "pid = os.fork()\n"
        "if not pid:\n"
        "    print(sandboxes.get_sandbox().run('print(8)').out, end='', flush=True)\n"
        "    raise SystemExit\n"
        "os.waitpid(pid, 0)\n"
        "print(s.run('print(9)').out, end='')\n"
    )
    environment = {**os.environ, "SYNTH_ENVS_SANDBOX": "linux"}
    done = subprocess.run(
        [sys.executable, "-c", source],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
        check=False,
    )
    if "namespaces do not work" in done.stderr or "not installed" in done.stderr:
        pytest.skip(done.stderr.splitlines()[-1])
    assert sorted(done.stdout.split()) == ["42", "8", "9"], done.stderr
    assert done.returncode == 0


def test_wasm_says_what_it_lacks():
    with pytest.raises(SandboxError, match="fork profile"):
        open_sandbox("wasm", profile="fork")
    with pytest.raises(SandboxError, match="preloaded"):
        open_sandbox("wasm", preload=("numpy",))


def test_the_package_is_light():
    """Neither numpy nor docker nor the WebAssembly runtime come with `import sandboxes`."""
    source = "import sandboxes, sys; print(sorted({'numpy', 'docker', 'wasmtime', 'synth_envs'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
    assert set(sandboxes.__all__) <= set(dir(sandboxes))
