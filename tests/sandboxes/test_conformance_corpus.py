"""The corpus itself, without any real sandbox: it is complete, and it finds what is broken.

Everything here runs unprotected, so only attacks that harm nothing are run; never one that
exhausts the machine, signals a foreign process or writes outside its own folder.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest

import sandboxes
from sandboxes.base import Execution, Limits, Program, Sandbox, SandboxError
from sandboxes.conformance import ATTACKS, HONEST, Case, Outcome, honest_cases, run_corpus
from sandboxes.conformance import forgeries as forgeries_module
from sandboxes.conformance.case import EXPECTED, attack, first_breach, judge

_BY_NUMBER = {case.number: case for case in ATTACKS}
_BOOT = """
import os, sys
os.environ.pop("LC_CTYPE", None)
sys.path[:] = [one for one in sys.path if one] + [{driver!r}]
source = open({path!r}, encoding="utf-8").read()
exec(compile(source, "main.py", "exec"), {{"__name__": "__main__", "__file__": {path!r}}})
"""

#: Attacks that are harmless to run and that succeed against no sandbox at all.
_HARMLESS = {
    "1": "connected",
    "2": "sent",
    "3": "netlink",
    "3b": "connected",
    "3c": "connected",
    "3d": "sent",
    "5": "temporary folder is visible",
    "7": "wrote",
    "8": "command line",
    "10": "secret of the host",
    "10b": "secret of the host",
    "10c": "secret of the host",
    "16": "keyctl succeeded",
    "17": "expected security|unshare succeeded",
    "19": "expected security|io_uring_setup succeeded",
    "19b": "expected security|bpf succeeded",
    "77": "processor time",
    "79": "seeds differ",
    "85": "score on the host",
    "N108": "process of the host was ended",
    "N118": "has no limit",
    "N151": "process was made",
    "N152": "process was made",
    "N153": "executed",
    "N154": "executed",
    "N155": "executed",
    "N156": "executed",
    "N157": "executed",
    "N158": "socket of family",
    "N168": "watched",
}


class Unsafe(Sandbox):
    """No sandbox at all: an ordinary process with a time limit."""

    name = "unsafe"
    layers = ()
    limits = Limits()
    languages = ("python",)

    def __init__(self, folder, environment=None, *, shared=False):
        self._folder = Path(folder)
        self._environment = environment or {}
        self._shared = shared
        driver = Path(sandboxes.__file__).with_name("driver.py").read_text("utf-8")
        (self._folder / "lib").mkdir(exist_ok=True)
        (self._folder / "lib" / "sandbox_driver.py").write_text(driver, "utf-8")

    def run_batch(self, programs):
        return [self._one(program) for program in programs]

    def _one(self, program):
        main = self._folder / "main.py"
        main.write_text(program.source, "utf-8")
        boot = _BOOT.format(driver=str(self._folder / "lib"), path=str(main))
        stdin = program.stdin.encode() if isinstance(program.stdin, str) else program.stdin
        with tempfile.TemporaryDirectory(dir=self._folder) as fresh:
            cwd = self._folder / "lib" if self._shared else fresh
            try:
                done = subprocess.run(
                    [sys.executable, "-S", "-X", "utf8", "-c", boot, *program.argv],
                    input=stdin,
                    capture_output=True,
                    timeout=20,
                    cwd=cwd,
                    env=self._environment,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return Execution("timeout")
        status = "ok" if done.returncode == 0 else "runtime_error"
        if done.returncode < 0:
            return Execution("crash", done.stdout, done.stderr, signal=-done.returncode)
        return Execution(status, done.stdout, done.stderr, done.returncode)

    def close(self):
        self._shared = False


class Scripted(Sandbox):
    """Answers every program in one way and keeps what it was given."""

    name = "scripted"
    layers = ()
    limits = Limits()
    languages = ("python", "c", "cpp", "javascript")

    def __init__(self, answer):
        self._answer = answer
        self.seen = []
        self._closed = False

    def run_batch(self, programs):
        programs = list(programs)
        self.seen += programs
        return [self._answer(program) for program in programs]

    def close(self):
        self._closed = True


def _run(case, sandbox):
    return run_corpus(lambda _: sandbox, [case])[0]


def test_every_row_of_the_catalogue_is_there_once():
    numbers = Counter(case.number for case in ATTACKS)
    assert [number for number, count in numbers.items() if count > 1] == []
    wanted = [*(str(row) for row in range(1, 86)), "X1", "X2", "X3", "X4"]
    assert [number for number in wanted if number not in numbers] == []
    own = {re.sub(r"[a-z]+$", "", number) for number in numbers if number.startswith("N")}
    assert len(ATTACKS) >= 100
    assert len(own) >= 20
    assert all(re.fullmatch(r"[NX]?\d+[a-z]*", number) for number in numbers)


def test_fork_variants_are_there():
    fork = {re.match(r"\d+|", case.number).group() for case in ATTACKS if case.profile == "fork"}
    assert {"22", "30", "34", "51", "52", "55", "78"} <= fork
    assert {case.group for case in ATTACKS} == {"escape", "exhaustion", "tampering", "faults"}


def test_programs_are_python_and_titles_are_said():
    # What a broken program prints looks like an attack that was stopped.
    meant = {"53", "53b", "53c", "74", "N423", "N424", "N412"}
    for case in ATTACKS:
        assert case.title
        if case.language != "python" or case.number in meant or case.number.startswith("X3"):
            continue
        sandbox = Scripted(lambda _: Execution("ok"))
        _run(case, sandbox)
        for program in sandbox.seen:
            source = program.source
            if program.stdin and isinstance(program.stdin, str) and '"function"' in program.stdin:
                source = json.loads(program.stdin)["source"]
            compile(source, case.number, "exec")


@pytest.mark.parametrize("number", _HARMLESS)
def test_no_sandbox_is_found_out(number, tmp_path):
    outcome = _run(_BY_NUMBER[number], Unsafe(tmp_path))
    assert outcome.result == "breach", outcome
    assert re.search(_HARMLESS[number], outcome.detail), outcome.detail


def test_an_inherited_environment_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/home/of/the/host")
    for number in ("9", "9b"):
        outcome = _run(_BY_NUMBER[number], Unsafe(tmp_path, dict(os.environ)))
        assert outcome.result == "breach", outcome
        assert "honest run" not in outcome.detail


@pytest.mark.parametrize("number", ["N217", "80"])
def test_a_shared_folder_is_found(number, tmp_path):
    outcome = _run(_BY_NUMBER[number], Unsafe(tmp_path, shared=True))
    assert outcome.result == "breach", outcome
    assert re.search("still there|know of each other", outcome.detail), outcome.detail


def test_a_submission_that_is_believed_is_found():
    lines = "".join(f'{index} ["ok", {value}]\n' for index, value in enumerate(EXPECTED))
    believer = Scripted(lambda _: Execution("ok", lines.encode(), exit_code=0))
    for number in ("56", "57", "58", "59", "60", "62", "67", "68", "69", "74", "N301", "N308"):
        outcome = _run(_BY_NUMBER[number], believer)
        assert "judged right" in outcome.detail, outcome


def test_a_lookalike_that_is_believed_is_found():
    lines = "".join(f'{index} ["ok", 1]\n' for index in range(10)).encode()
    outcome = _run(_BY_NUMBER["61"], Scripted(lambda _: Execution("ok", lines)))
    assert outcome.result == "breach", outcome


def test_a_leaked_expected_value_is_found(monkeypatch):
    monkeypatch.setattr(forgeries_module.secrets, "token_hex", lambda _: "0123456789abcdef")
    leaky = Scripted(lambda _: Execution("ok", stderr=b"found sekret-0123456789abcdef here"))
    for number in ("64", "65", "66", "82"):
        assert "expected value was seen" in _run(_BY_NUMBER[number], leaky).detail


def test_a_sandbox_that_ends_everything_well_is_found():
    good = Scripted(lambda _: Execution("ok", exit_code=0))
    outcomes = run_corpus(lambda _: good, ATTACKS)
    assert {outcome.result for outcome in outcomes} <= {"breach"}
    by_status = [outcome for outcome in outcomes if "honest" not in outcome.detail]
    assert len(by_status) > 150


def test_a_sandbox_that_refuses_everything_is_found():
    bad = Scripted(lambda _: Execution("runtime_error", exit_code=1))
    outcomes = run_corpus(lambda _: bad, [*ATTACKS, *honest_cases()])
    honest = [outcome for outcome in outcomes if outcome.case.group == "honest"]
    failing = {one.case.title for one in honest if one.result == "held"}
    assert failing <= {program.name for program in HONEST if program.exit_code == 1}
    attacks = [outcome for outcome in outcomes if outcome.case.group != "honest"]
    assert {outcome.result for outcome in attacks} == {"breach"}


def test_faults_of_the_sandbox_are_errors_and_missing_parts_are_skipped():
    def fail(_):
        msg = "the worker is gone"
        raise SandboxError(msg)

    told = []
    broken = Scripted(fail)
    outcomes = run_corpus(lambda _: broken, ATTACKS[:3], told.append)
    assert told == outcomes
    assert {one.result for one in outcomes} == {"error"}
    assert "the worker is gone" in outcomes[0].detail
    assert broken.closed

    only_strict = Scripted(lambda _: Execution("ok"))
    only_strict.languages = ("python",)
    outcomes = run_corpus(
        lambda profile: only_strict if profile == "strict" else None, ATTACKS, without=("threads",)
    )
    skipped = {one.case.number: one.detail for one in outcomes if one.result == "skipped"}
    assert skipped["30f"] == "no fork profile here"
    assert skipped["31"] == "no threads here"
    assert skipped["N501"] == "no c here"


def test_a_profile_that_does_not_open_is_an_error():
    def fail(_):
        msg = "nothing isolates here"
        raise SandboxError(msg)

    outcomes = run_corpus(fail, ATTACKS[:2])
    assert [one.result for one in outcomes] == ["error", "error"]
    assert "nothing isolates here" in outcomes[1].detail


def test_evidence_counts_before_status():
    shown = Execution("runtime_error", b"fine\nBREACH got out\n")
    assert "got out" in first_breach(shown)
    assert "got out" in judge(shown, ("runtime_error",))
    quiet = Execution("runtime_error", b"no BREACH at the start", b"PermissionError: no")
    assert judge(quiet, ("runtime_error",)) is None
    assert "expected security" in judge(quiet, ("security",))
    missing = Execution("runtime_error", b"", b"ModuleNotFoundError: No module named '_ctypes'\n")
    assert judge(missing, ("security",)) is None


def test_a_second_program_looks_for_what_the_first_left():
    case = attack("N0", "two", "first", ("ok",), group="faults", then="second")
    sandbox = Scripted(
        lambda program: Execution("ok", b"word other" if program.source == "first" else b"BREACH")
    )
    assert "BREACH" in case.check(sandbox)
    assert [list(program.argv) for program in sandbox.seen] == [[], ["word", "other"]]


def test_outcomes_are_values():
    case = Case("1", "title", "escape", lambda _: None)
    assert Outcome(case, "held") == Outcome(case, "held")
    assert (case.profile, case.language, case.needs) == ("strict", "python", ())


def test_honest_programs_are_many_and_distinct():
    assert len(HONEST) >= 200
    assert len({program.name for program in HONEST}) == len(HONEST)
    assert len({program.source for program in HONEST}) == len(HONEST)
    assert {"threads", "sqlite3", "subprocess", "ctypes"} <= {
        need for program in HONEST for need in program.needs
    }
    cases = honest_cases(fork_too=True)
    assert len({case.number for case in cases}) == len(cases) > len(HONEST)


def _honest_result(program, folder):
    (folder / "main.py").write_text(program.source, "utf-8")
    with tempfile.TemporaryDirectory(dir=folder) as cwd:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-X", "utf8", str(folder / "main.py"), *program.argv],
            input=program.stdin.encode(),
            capture_output=True,
            timeout=60,
            cwd=cwd,
            env={},
            check=False,
        )
    return done.stdout.decode(), done.returncode


@pytest.mark.parametrize("program", HONEST[::12], ids=lambda program: program.name)
def test_some_honest_programs_on_this_interpreter(program, tmp_path):
    assert _honest_result(program, tmp_path) == (program.expected, program.exit_code)


@pytest.mark.slow
def test_every_honest_program_on_this_interpreter(tmp_path):
    wrong = [
        program.name
        for program in HONEST
        if _honest_result(program, tmp_path) != (program.expected, program.exit_code)
    ]
    assert wrong == []


def test_honest_cases_compare_exactly():
    case = honest_cases()[0]
    expected = HONEST[0].expected.encode()
    good = Scripted(lambda _: Execution("ok", expected, exit_code=0))
    assert _run(case, good).result == "held"
    for wrong in (expected + b" ", expected[:-1], b""):
        bad = Scripted(lambda _, wrong=wrong: Execution("ok", wrong, exit_code=0))
        assert _run(case, bad).result == "breach"
    assert good.seen[0].source == HONEST[0].source
    assert isinstance(good.seen[0], Program)
