"""The whole conformance corpus on the embedded backend, behind each of its walls.

The corpus takes part in chunks, so that they can run side by side. What cannot be offered on a
machine is skipped with its reason.
"""

import json
import marshal
from collections import Counter

import pytest

from sandboxes import landlock, linux_worker
from sandboxes.conformance import ATTACKS, honest_cases, run_corpus
from sandboxes.linux import LinuxSandbox
from tests.sandboxes.conftest import homes, opened, skip_unless_linux, system_python, wait_for

pytestmark = pytest.mark.slow

CHUNKS = 4
#: Attacks in the fork profile and on compilers, which need namespaces.
NEEDS_NAMESPACES = Counter(
    case.profile == "fork" or case.language in ("c", "cpp") for case in ATTACKS
)[True]


def chunk(cases, number):
    return [case for place, case in enumerate(cases) if place % CHUNKS == number]


def check(cases, **options):
    """Run cases and assert that every one held; returns the outcomes."""
    opened_ones = []

    def opening(profile):
        if options.get("isolation") == "landlock" and profile == "fork":
            return None
        opened_ones.append(LinuxSandbox(workers=1, profile=profile, **options))
        return opened_ones[-1]

    outcomes = run_corpus(opening, cases)
    failed = [
        f"{one.case.number} {one.case.title}: {one.result}: {one.detail}"
        for one in outcomes
        if one.result in ("breach", "error")
    ]
    assert not failed, "\n".join(failed)
    for sandbox in opened_ones:
        for kind, stats in sandbox.stats.items():
            # No attack may end the worker that runs it, not even one that is then replaced.
            assert stats.faults == 0, f"{stats.faults} workers of kind {kind} were lost"
    return outcomes


@pytest.mark.parametrize("number", range(CHUNKS))
def test_no_attack_works_behind_namespaces(number):
    with opened(workers=1, isolation="namespaces"):
        pass
    outcomes = check(chunk(ATTACKS, number), isolation="namespaces")
    assert sum(one.result == "held" for one in outcomes) > 80


@pytest.mark.parametrize("number", range(CHUNKS))
def test_no_attack_works_without_namespaces(number):
    with opened(workers=1, isolation="landlock", python=system_python()):
        pass
    outcomes = check(chunk(ATTACKS, number), isolation="landlock", python=system_python())
    assert sum(one.result == "held" for one in outcomes) > 60


@pytest.mark.parametrize("version", [0, 4])
def test_older_kernels_hold_behind_namespaces(version, monkeypatch):
    """Landlock came late, and learned to hold back signals later still."""
    with opened(workers=1, isolation="namespaces"):
        pass
    original = linux_worker.first_frame

    def older(config):
        _, modules, config = marshal.loads(original(config))  # noqa: S302 - our own
        change = f"\n_real = abi\ndef abi():\n    return min({version}, _real())\n"
        # As text only, so that it can be changed.
        modules = [
            (name, text + (change if name == "sandboxes.landlock" else ""), b"")
            for name, text, _ in modules
        ]
        return marshal.dumps(("text", modules, config), 2)

    monkeypatch.setattr(linux_worker, "first_frame", older)
    groups = [case for case in ATTACKS if case.group in ("escape", "faults")]
    # 4b lists folders above the interpreter, which namespaces alone show empty but for it.
    check([case for case in groups if case.number != "4b"], isolation="namespaces")


@pytest.mark.parametrize("isolation", ["namespaces", "landlock"])
def test_honest_programs_run_as_they_do_anywhere(isolation):
    python = system_python() if isolation == "landlock" else None
    with opened(workers=1, isolation=isolation, python=python):
        pass
    fork_too = isolation == "namespaces"
    outcomes = check(honest_cases(fork_too=fork_too), isolation=isolation, python=python)
    assert sum(one.result == "held" for one in outcomes) >= 200


@pytest.mark.parametrize("backend", ["linux", "landlock"])
def test_an_ordinary_user_is_as_safe(backend, as_user):
    skip_unless_linux()
    if not landlock.abi():
        pytest.skip("this kernel has no Landlock")
    done = as_user("-m", "sandboxes", "check", "--backend", backend, "--json")
    if done.returncode == 2 and "namespaces do not work here" in done.stderr:
        pytest.skip(done.stderr)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    failed = [row for row in rows if row["result"] in ("breach", "error")]
    assert done.returncode == 0, f"{failed} {done.stderr}"
    counts = Counter(row["result"] for row in rows)
    assert not failed
    assert counts["held"] > 500
    honest = [row for row in rows if row["group"] == "honest" and row["result"] == "held"]
    assert len(honest) >= 200
    assert wait_for(lambda: not homes())
