"""What comes out of a jail is read as hostile; the verdict follows the first rule that fits."""

import os
import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.base import Limits, Program, SandboxError
from sandboxes.frames import DISK_OVER, NOT_STARTED, REPLY, STDERR_OVER, STDOUT_OVER, TIMED_OUT
from sandboxes.protocol import python_job, read_reply, verdict

JOB = python_job(Program("pass"), Limits(memory_mb=64), "strict")


def reply(*, flags=0, status=0, out=b"", err=b"", peak=1000):
    head = REPLY.pack(flags, status, 0.1, 0.2, peak, 10_000, len(out), len(err))
    return read_reply(head + out + err)


def exited(code):
    return code << 8


def status_of(*, oom=False, **given):
    return verdict(reply(**given), JOB, out_of_memory=oom).status


@given(st.binary(max_size=200))
def test_any_bytes_are_a_reply_or_our_error(data):
    try:
        read_reply(data)
    except SandboxError:
        return
    assert len(data) >= REPLY.size


@pytest.mark.parametrize("size", [1, 2**63, 2**64 - 1])
def test_lengths_that_do_not_add_up(size):
    with pytest.raises(SandboxError, match="add up"):
        read_reply(REPLY.pack(0, 0, 0, 0, 0, 0, size, 0))
    with pytest.raises(SandboxError, match="add up"):
        read_reply(REPLY.pack(0, 0, 0, 0, 0, 0, size, 2**64 - size))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 1e300])
def test_times_that_cannot_be(value):
    with pytest.raises(SandboxError, match="add up"):
        read_reply(REPLY.pack(0, 0, value, 0, 0, 0, 0, 0))


def test_a_program_that_was_not_started_is_our_fault():
    with pytest.raises(SandboxError, match="could not start"):
        reply(flags=NOT_STARTED)


def test_the_first_rule_that_fits():
    kill, trap = signal.SIGKILL, signal.SIGSYS
    assert status_of() == "ok"
    assert status_of(status=exited(1)) == "runtime_error"
    assert status_of(status=exited(70)) == "runtime_error"
    assert status_of(status=exited(120)) == "runtime_error"
    assert status_of(status=kill) == "crash"
    assert status_of(status=signal.SIGSEGV) == "crash"
    assert status_of(status=trap) == "security"
    assert status_of(status=signal.SIGXCPU) == "timeout"
    assert status_of(status=kill, flags=TIMED_OUT) == "timeout"
    # A program that ends well just over its time has still used more than it may.
    assert status_of(flags=TIMED_OUT) == "timeout"
    for over in (STDOUT_OVER, STDERR_OVER, DISK_OVER):
        assert status_of(flags=over) == "output_limit"
        assert status_of(flags=over | TIMED_OUT, status=trap) == "output_limit"
    assert status_of(status=kill, oom=True) == "memory_limit"
    assert status_of(status=trap, oom=True) == "security"
    assert status_of(status=kill, peak=64 * 1024) == "memory_limit"
    assert status_of(status=exited(1), err=b"Traceback\nMemoryError: no\n") == "memory_limit"
    assert status_of(status=exited(1), err=b"MemoryError\nValueError: x") == "runtime_error"


def test_no_text_makes_a_failure_a_success():
    for text in (b"MemoryError", b"std::bad_alloc", b"OK", b"JavaScript heap out of memory"):
        done = verdict(reply(status=exited(1), out=text, err=text), JOB, out_of_memory=False)
        assert not done.ok
        ended = verdict(reply(err=text), JOB, out_of_memory=False)
        assert ended.ok


def test_fields_of_an_execution():
    done = verdict(
        reply(status=exited(3), out=b"o", err=b"e", flags=STDOUT_OVER), JOB, out_of_memory=False
    )
    assert (done.stdout, done.stderr, done.exit_code, done.signal) == (b"o", b"e", 3, None)
    assert done.stdout_truncated
    assert not done.stderr_truncated
    assert (done.cpu_s, done.wall_s) == (0.1, 0.2)
    assert done.peak_mb == pytest.approx(1000 / 1024)
    killed = verdict(reply(status=signal.SIGKILL), JOB, out_of_memory=False)
    assert (killed.exit_code, killed.signal) == (None, signal.SIGKILL)
    assert os.WIFSIGNALED(signal.SIGKILL)
