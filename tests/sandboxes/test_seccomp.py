"""The assembled filters, run by an interpreter of classic BPF, against the kernel's own tables."""

import re
from pathlib import Path

import pytest

from sandboxes import seccomp
from sandboxes.seccomp import ALLOW, ENOSYS, EPERM, KILL_PROCESS

MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
#: Names that the generic table gives only to 64-bit machines, by other means than a define.
RENAMED = {
    "fcntl": "3264_fcntl",
    "statfs": "3264_statfs",
    "fstatfs": "3264_fstatfs",
    "truncate": "3264_truncate",
    "ftruncate": "3264_ftruncate",
    "lseek": "3264_lseek",
    "sendfile": "3264_sendfile",
    "newfstatat": "3264_fstatat",
    "fstat": "3264_fstat",
    "mmap": "3264_mmap",
    "fadvise64": "3264_fadvise64",
}
PROFILES = ("strict", "exec", "fork")


def run(code, number, arguments=(), audit=MACHINES["x86_64"]):
    """Run a filter on one call, as the kernel does."""
    words = [number, audit, 0, 0]
    for value in (*arguments, *[0] * (6 - len(arguments))):
        words += [value & 0xFFFFFFFF, value >> 32]
    place = accumulator = 0
    while True:
        what, yes, no, operand = code[place]
        place += 1
        if what == 0x20:
            accumulator = words[operand // 4]
        elif what == 0x54:
            accumulator &= operand
        elif what == 0x05:
            place += operand
        elif what == 0x06:
            return operand
        else:
            test = {
                0x15: accumulator == operand,
                0x35: accumulator >= operand,
                0x45: bool(accumulator & operand),
            }[what]
            place += yes if test else no


def numbers(machine):
    return seccomp._NUMBERS[machine]


@pytest.mark.parametrize("machine", MACHINES)
def test_the_numbers_are_the_kernels(machine):
    header = HEADERS[machine]
    if not header.exists():
        pytest.skip(f"no {header} here (package linux-libc-dev)")
    found = dict(re.findall(r"#define __NR_?(\w+)\s+(\d+)", header.read_text()))
    checked = 0
    for name, number in numbers(machine).items():
        known = found.get(name, found.get(RENAMED.get(name, ""), found.get(f"_{name}")))
        if known is not None:
            assert number == int(known), name
            checked += 1
    # What an older header does not have yet are the newest calls.
    assert checked >= len(numbers(machine)) - 8


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("profile", PROFILES)
def test_other_architectures_are_killed(machine, profile):
    for rules in (seccomp.base_rules(), seccomp.program_rules(profile)):
        code = seccomp.assemble(rules, ALLOW, machine)
        for audit in (*MACHINES.values(), 0x40000003, 0):
            if audit != MACHINES[machine]:
                assert run(code, numbers(machine)["read"], (), audit) == KILL_PROCESS
    assert len(seccomp.assemble(seccomp.base_rules(), EPERM, machine)) < 4096


def test_x32_calls_are_killed():
    code = seccomp.assemble(seccomp.base_rules(), EPERM, "x86_64")
    assert run(code, 0x40000000 | 59) == KILL_PROCESS


def stronger(*actions):
    """Return what the kernel does when several filters answer."""
    order = (KILL_PROCESS, EPERM, ENOSYS)
    return next((action for action in order if action in actions), actions[0])


def both(machine, profile):
    base = seccomp.assemble(seccomp.base_rules(), EPERM, machine)
    own = seccomp.assemble(seccomp.program_rules(profile), ALLOW, machine)

    def answer(name, *arguments):
        if name not in numbers(machine):
            return None
        number, audit = numbers(machine)[name], MACHINES[machine]
        return stronger(run(base, number, arguments, audit), run(own, number, arguments, audit))

    return answer


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("profile", PROFILES)
def test_what_programs_may_call(machine, profile):
    answer = both(machine, profile)
    for name in seccomp._KILL:
        assert answer(name) in (KILL_PROCESS, None), name
    for name in ("read", "write", "mmap", "futex", "exit_group", "openat", "getrandom"):
        assert answer(name) == ALLOW, name
    for name in ("memfd_create", "seccomp", "landlock_restrict_self"):
        assert answer(name) == EPERM, name
    starts = ALLOW if profile == "fork" else EPERM
    for name in ("fork", "vfork", "setsid"):
        assert answer(name) in (starts, None), name
    thread, namespace = 0x10000 | 0x100, 0x10000000
    assert answer("clone", thread) == ALLOW
    assert answer("clone", 17) == starts
    assert answer("clone", 17 | namespace) == EPERM
    assert answer("clone", 17 | 0x00020000) == EPERM  # CLONE_NEWNS
    assert answer("clone3") == ENOSYS
    assert answer("execve") == (EPERM if profile == "strict" else ALLOW)
    assert answer("prlimit64", 0) == ALLOW
    assert answer("prlimit64", 1) == EPERM
    assert answer("fcntl", 0, 1) == ALLOW
    for command in (8, 10, 15, 1024, 1026):
        assert answer("fcntl", 0, command) == EPERM
    assert answer("ioctl", 0, 0x5412) not in (ALLOW, KILL_PROCESS)  # TIOCSTI
    assert answer("socketpair", 1, 1) == ALLOW
    assert answer("socketpair", 1, 1 | 0o2000000) == ALLOW
    assert answer("socketpair", 1, 2) == EPERM
    assert answer("socketpair", 2, 1) == EPERM
    assert answer("sendto", 0, 0, 0, 0, 0, 0) == ALLOW
    assert answer("sendto", 0, 0, 0, 0, 1, 0) == EPERM
    assert answer("sendto", 0, 0, 0, 0, 2**32, 0) == EPERM
    assert answer("mknodat", 0, 0, 0o010644) == EPERM
    assert answer("mknodat", 0, 0, 0o060644) == KILL_PROCESS


@pytest.mark.parametrize("machine", MACHINES)
def test_every_other_number_is_refused(machine):
    code = seccomp.assemble(seccomp.base_rules(), EPERM, machine)
    known = set(numbers(machine).values())
    for number in (*range(1024), 2**30 - 1):
        if number not in known:
            assert run(code, number, (), MACHINES[machine]) == EPERM, number


def test_an_unknown_machine_is_refused():
    with pytest.raises(seccomp.UnsupportedError, match="riscv64"):
        seccomp.assemble({}, ALLOW, "riscv64")


def test_no_socket_in_any_table():
    for machine in MACHINES:
        assert not {"socket", "connect", "bind", "listen", "accept"} & set(numbers(machine))
