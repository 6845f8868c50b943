"""The command `python -m sandboxes`."""

import json
import subprocess
import sys

import pytest

from sandboxes import SandboxError
from sandboxes import __main__ as command
from sandboxes.base import Execution, Limits, Sandbox
from tests.sandboxes.conftest import opened


@pytest.fixture(autouse=True)
def _works():
    with opened(workers=1, isolation="namespaces"):
        pass


def run(*arguments, stdin=""):
    return subprocess.run(
        [sys.executable, "-m", "sandboxes", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_running_a_file(tmp_path):
    file = tmp_path / "a.py"
    file.write_text("import sys\nprint(sys.argv[1:], input())\nprint('e', file=sys.stderr)")
    given = tmp_path / "in"
    given.write_text("hello")
    done = run("run", "--backend", "linux", "--stdin", str(given), str(file), "x", "y")
    assert done.returncode == 0, done.stderr
    assert "status     ok" in done.stdout
    assert "stdout:\n['x', 'y'] hello\n" in done.stdout
    assert "stderr:\ne\n" in done.stdout


def test_the_execution_as_json():
    done = run(
        "run", "--backend", "linux", "--json", "--cpu-s", "0.3", "-", stdin="while True: pass"
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["status"] == "timeout"


def test_output_cannot_steer_the_terminal():
    done = run("run", "--backend", "linux", "-", stdin="print('\\x1b[2Jüa\\x07\\u202eb')")
    assert done.returncode == 0
    assert "\\x1b[2Jüa\\x07\\u202eb" in done.stdout
    assert "\x1b" not in done.stdout


def test_checking_some_cases():
    done = run("check", "--backend", "linux", "1", "30", "H1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 cases: 3 held, 0 breach, 0 error, 0 skipped" in done.stdout
    rows = run("check", "--backend", "linux", "--json", "1").stdout.splitlines()
    assert [json.loads(row)["result"] for row in rows] == ["held"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "COMMAND"),
        (("fly",), "invalid choice: 'fly'"),
        (("check", "--backend", "moon"), "invalid choice: 'moon'"),
        (("check", "12345"), "no case 12345"),
        (("run",), "FILE"),
        (("run", "/no/such/file.py"), "cannot read /no/such/file.py: No such file"),
        (("run", "--cpu-s", "0", "-"), "Limits.cpu_s must be between"),
        (("run", "--cpu-s", "many", "-"), "invalid float value"),
        (("run", "--backend", "wasm", "--preload", "numpy", "-"), "nothing can be preloaded"),
        (("build-image", "--base", "a", "--python", "b"), "--python goes without --base"),
    ],
)
def test_bad_input_is_one_clear_line(arguments, says):
    done = run(*arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


class Leaky(Sandbox):
    """Runs nothing and says that every attack worked."""

    name = "leaky"
    layers = ("paper",)
    limits = Limits()
    languages = ("python",)

    def run_batch(self, programs):
        return [Execution("ok", b"BREACH all of it\n", b"", 0) for _ in programs]

    def close(self):
        self._closed = True


def test_a_breach_is_exit_code_1(monkeypatch, capsys):
    monkeypatch.setattr(command, "open_sandbox", lambda *_, **__: Leaky())
    assert command.main(["check", "1", "4", "30f"]) == 1
    out = capsys.readouterr().out
    assert "3 cases: 0 held, 3 breach, 0 error, 0 skipped" in out
    assert "BREACH all of it" in out


def test_an_error_of_ours_is_no_pass(monkeypatch, capsys):
    class Broken(Leaky):
        def run_batch(self, _programs):
            message = "the engine is gone"
            raise SandboxError(message)

    monkeypatch.setattr(command, "open_sandbox", lambda *_, **__: Broken())
    assert command.main(["check", "1"]) == 1
    assert "the engine is gone" in capsys.readouterr().out


def test_where_there_is_no_sandbox(monkeypatch, capsys):
    def none(*_, **__):
        message = "nothing here isolates a program"
        raise SandboxError(message)

    monkeypatch.setattr(command, "open_sandbox", none)
    assert command.main(["check"]) == 2
    assert "sandboxes: nothing here isolates" in capsys.readouterr().err
