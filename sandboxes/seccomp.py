"""Seccomp allow-lists assembled in pure Python, for x86_64 and aarch64 (standard library only).

Two filters stand behind each other. The `base` is put on the worker once and inherited by every
program: an allow-list of what a program or the worker may call. The small `program` filter is
put on each program and takes away what only the worker needed; the kernel compiles it in a few
microseconds, where the large one would cost a good part of an execution.

The numbers are the kernel's own (`unistd` of each architecture); they never change. A filter is
classic BPF (linux/filter.h): a call's number is found by binary search, and a few calls have
their arguments looked at. Runs inside the jail.
"""

import ctypes
import os
import struct
from collections.abc import Mapping

_X86_64 = """
    fchmodat2=452 map_shadow_stack=453 memfd_create=319 seccomp=317 landlock_restrict_self=446
    access=21 acct=163 add_key=248 alarm=37 arch_prctl=158 bpf=321 brk=12 chdir=80 chmod=90
    chroot=161 clock_getres=229 clock_gettime=228 clock_nanosleep=230 clone=56 clone3=435
    close=3 close_range=436 copy_file_range=326 creat=85 delete_module=176 dup=32 dup2=33
    dup3=292 epoll_create=213 epoll_create1=291 epoll_ctl=233 epoll_pwait=281 epoll_pwait2=441
    epoll_wait=232 eventfd=284 eventfd2=290 execve=59 execveat=322 exit=60 exit_group=231
    faccessat=269 faccessat2=439 fadvise64=221 fallocate=285 fchdir=81 fchmod=91 fchmodat=268
    fcntl=72 fdatasync=75 fgetxattr=193 finit_module=313 flistxattr=196 flock=73 fork=57
    fremovexattr=199 fsconfig=431 fsetxattr=190 fsmount=432 fsopen=430 fspick=433 fstat=5
    fstatfs=138 fsync=74 ftruncate=77 futex=202 futex_waitv=449 futimesat=261 get_mempolicy=239
    get_robust_list=274 getcpu=309 getcwd=79 getdents=78 getdents64=217 getegid=108 geteuid=107
    getgid=104 getgroups=115 getitimer=36 getpeername=52 getpgid=121 getpgrp=111 getpid=39
    getppid=110 getpriority=140 getrandom=318 getresgid=120 getresuid=118 getrlimit=97
    getrusage=98 getsid=124 getsockname=51 getsockopt=55 gettid=186 gettimeofday=96 getuid=102
    getxattr=191 init_module=175 io_setup=206 io_uring_enter=426 io_uring_register=427
    io_uring_setup=425 ioctl=16 ioperm=173 iopl=172 kexec_file_load=320 kexec_load=246
    keyctl=250 kill=62 lgetxattr=192 link=86 linkat=265 listxattr=194 llistxattr=195
    lremovexattr=198 lseek=8 lsetxattr=189 lstat=6 madvise=28 mbind=237 membarrier=324
    mincore=27 mkdir=83 mkdirat=258 mknod=133 mknodat=259 mmap=9 mount=165 mount_setattr=442
    move_mount=429 mprotect=10 mremap=25 msync=26 munmap=11 name_to_handle_at=303 nanosleep=35
    newfstatat=262 open=2 open_by_handle_at=304 open_tree=428 openat=257 openat2=437 pause=34
    perf_event_open=298 pidfd_open=434 pidfd_send_signal=424 pipe=22 pipe2=293 pivot_root=155
    pkey_alloc=330 pkey_free=331 pkey_mprotect=329 poll=7 ppoll=271 prctl=157 pread64=17
    preadv=295 preadv2=327 prlimit64=302 process_madvise=440 process_vm_readv=310
    process_vm_writev=311 pselect6=270 ptrace=101 pwrite64=18 pwritev=296 pwritev2=328 read=0
    readlink=89 readlinkat=267 readv=19 reboot=169 recvfrom=45 removexattr=197 rename=82
    renameat=264 renameat2=316 request_key=249 restart_syscall=219 rmdir=84 rseq=334
    rt_sigaction=13 rt_sigpending=127 rt_sigprocmask=14 rt_sigreturn=15 rt_sigsuspend=130
    rt_sigtimedwait=128 sched_get_priority_max=146 sched_get_priority_min=147
    sched_getaffinity=204 sched_setaffinity=203 sched_getparam=143 sched_getscheduler=145 sched_rr_get_interval=148
    sched_yield=24 select=23 sendfile=40 sendto=44 set_mempolicy=238 set_robust_list=273
    set_tid_address=218 setitimer=38 setns=308 setpgid=109 setrlimit=160 setsid=112
    setsockopt=54 setxattr=188 shutdown=48 sigaltstack=131 socketpair=53 stat=4 statfs=137
    statx=332 swapoff=168 swapon=167 symlink=88 symlinkat=266 sync_file_range=277 sysinfo=99
    tgkill=234 time=201 timer_create=222 timer_delete=226 timer_getoverrun=225 timer_gettime=224
    timer_settime=223 timerfd_create=283 timerfd_gettime=287 timerfd_settime=286 times=100
    truncate=76 umask=95 umount2=166 uname=63 unlink=87 unlinkat=263 unshare=272 userfaultfd=323
    utime=132 utimensat=280 utimes=235 vfork=58 wait4=61 waitid=247 write=1 writev=20
"""
_AARCH64 = """
    fchmodat2=452 map_shadow_stack=453 memfd_create=279 seccomp=277 landlock_restrict_self=446
    acct=89 add_key=217 bpf=280 brk=214 chdir=49 chroot=51 clock_getres=114 clock_gettime=113
    clock_nanosleep=115 clone=220 clone3=435 close=57 close_range=436 copy_file_range=285
    delete_module=106 dup=23 dup3=24 epoll_create1=20 epoll_ctl=21 epoll_pwait=22
    epoll_pwait2=441 eventfd2=19 execve=221 execveat=281 exit=93 exit_group=94 faccessat=48
    faccessat2=439 fadvise64=223 fallocate=47 fchdir=50 fchmod=52 fchmodat=53 fcntl=25
    fdatasync=83 fgetxattr=10 finit_module=273 flistxattr=13 flock=32 fremovexattr=16
    fsconfig=431 fsetxattr=7 fsmount=432 fsopen=430 fspick=433 fstat=80 fstatfs=44 fsync=82
    ftruncate=46 futex=98 futex_waitv=449 get_mempolicy=236 get_robust_list=100 getcpu=168
    getcwd=17 getdents64=61 getegid=177 geteuid=175 getgid=176 getgroups=158 getitimer=102
    getpeername=205 getpgid=155 getpid=172 getppid=173 getpriority=141 getrandom=278
    getresgid=150 getresuid=148 getrlimit=163 getrusage=165 getsid=156 getsockname=204
    getsockopt=209 gettid=178 gettimeofday=169 getuid=174 getxattr=8 init_module=105 io_setup=0
    io_uring_enter=426 io_uring_register=427 io_uring_setup=425 ioctl=29 kexec_file_load=294
    kexec_load=104 keyctl=219 kill=129 lgetxattr=9 linkat=37 listxattr=11 llistxattr=12
    lremovexattr=15 lseek=62 lsetxattr=6 madvise=233 mbind=235 membarrier=283 mincore=232
    mkdirat=34 mknodat=33 mmap=222 mount=40 mount_setattr=442 move_mount=429 mprotect=226
    mremap=216 msync=227 munmap=215 name_to_handle_at=264 nanosleep=101 newfstatat=79
    open_by_handle_at=265 open_tree=428 openat=56 openat2=437 perf_event_open=241 pidfd_open=434
    pidfd_send_signal=424 pipe2=59 pivot_root=41 pkey_alloc=289 pkey_free=290 pkey_mprotect=288
    ppoll=73 prctl=167 pread64=67 preadv=69 preadv2=286 prlimit64=261 process_madvise=440
    process_vm_readv=270 process_vm_writev=271 pselect6=72 ptrace=117 pwrite64=68 pwritev=70
    pwritev2=287 read=63 readlinkat=78 readv=65 reboot=142 recvfrom=207 removexattr=14
    renameat=38 renameat2=276 request_key=218 restart_syscall=128 rseq=293 rt_sigaction=134
    rt_sigpending=136 rt_sigprocmask=135 rt_sigreturn=139 rt_sigsuspend=133 rt_sigtimedwait=137
    sched_get_priority_max=125 sched_get_priority_min=126 sched_getaffinity=123 sched_setaffinity=122
    sched_getparam=121 sched_getscheduler=120 sched_rr_get_interval=127 sched_yield=124
    sendfile=71 sendto=206 set_mempolicy=237 set_robust_list=99 set_tid_address=96 setitimer=103
    setns=268 setpgid=154 setrlimit=164 setsid=157 setsockopt=208 setxattr=5 shutdown=210
    sigaltstack=132 socketpair=199 statfs=43 statx=291 swapoff=225 swapon=224 symlinkat=36
    sync_file_range=84 sysinfo=179 tgkill=131 timer_create=107 timer_delete=111
    timer_getoverrun=109 timer_gettime=108 timer_settime=110 timerfd_create=85
    timerfd_gettime=87 timerfd_settime=86 times=153 truncate=45 umask=166 umount2=39 uname=160
    unlinkat=35 unshare=97 userfaultfd=282 utimensat=88 wait4=260 waitid=95 write=64 writev=66
"""
_BASE = [
    "read",
    "write",
    "readv",
    "writev",
    "pread64",
    "pwrite64",
    "preadv",
    "pwritev",
    "preadv2",
    "pwritev2",
    "lseek",
    "close",
    "close_range",
    "dup",
    "dup2",
    "dup3",
    "fstat",
    "stat",
    "lstat",
    "newfstatat",
    "statx",
    "access",
    "faccessat",
    "faccessat2",
    "open",
    "openat",
    "creat",
    "getdents",
    "getdents64",
    "getcwd",
    "chdir",
    "fchdir",
    "mkdir",
    "mkdirat",
    "unlink",
    "unlinkat",
    "rmdir",
    "rename",
    "renameat",
    "renameat2",
    "symlink",
    "symlinkat",
    "readlink",
    "readlinkat",
    "link",
    "linkat",
    "ftruncate",
    "truncate",
    "fsync",
    "fdatasync",
    "flock",
    "utime",
    "utimes",
    "futimesat",
    "utimensat",
    "chmod",
    "fchmod",
    "fchmodat",
    "umask",
    "fallocate",
    "copy_file_range",
    "sendfile",
    "statfs",
    "fstatfs",
    "fadvise64",
    "sync_file_range",
    "mmap",
    "mprotect",
    "munmap",
    "mremap",
    "madvise",
    "brk",
    "msync",
    "mincore",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sigaltstack",
    "rt_sigpending",
    "rt_sigtimedwait",
    "rt_sigsuspend",
    "pause",
    "restart_syscall",
    "futex",
    "futex_waitv",
    "set_robust_list",
    "get_robust_list",
    "set_tid_address",
    "rseq",
    "membarrier",
    "sched_yield",
    "sched_getaffinity",
    "sched_getparam",
    "sched_getscheduler",
    "sched_get_priority_max",
    "sched_get_priority_min",
    "sched_rr_get_interval",
    "getpriority",
    "gettid",
    "getpid",
    "getppid",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getgroups",
    "getresuid",
    "getresgid",
    "getpgid",
    "getpgrp",
    "getsid",
    "uname",
    "sysinfo",
    "getrusage",
    "times",
    "getcpu",
    "getrlimit",
    "setrlimit",
    "clock_gettime",
    "clock_getres",
    "clock_nanosleep",
    "nanosleep",
    "gettimeofday",
    "time",
    "alarm",
    "setitimer",
    "getitimer",
    "timer_create",
    "timer_settime",
    "timer_gettime",
    "timer_delete",
    "timer_getoverrun",
    "timerfd_create",
    "timerfd_settime",
    "timerfd_gettime",
    "poll",
    "ppoll",
    "select",
    "pselect6",
    "epoll_create",
    "epoll_create1",
    "epoll_ctl",
    "epoll_wait",
    "epoll_pwait",
    "epoll_pwait2",
    "eventfd",
    "eventfd2",
    "pipe",
    "pipe2",
    "recvfrom",
    "shutdown",
    "getsockopt",
    "setsockopt",
    "getsockname",
    "getpeername",
    "getrandom",
    "exit",
    "exit_group",
]
_KILL = [
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "kexec_load",
    "kexec_file_load",
    "init_module",
    "finit_module",
    "delete_module",
    "bpf",
    "perf_event_open",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "mount",
    "umount2",
    "pivot_root",
    "move_mount",
    "fsopen",
    "fsmount",
    "fsconfig",
    "fspick",
    "open_tree",
    "mount_setattr",
    "unshare",
    "setns",
    "keyctl",
    "add_key",
    "request_key",
    "userfaultfd",
    "open_by_handle_at",
    "name_to_handle_at",
    "reboot",
    "swapon",
    "swapoff",
    "chroot",
    "acct",
    "iopl",
    "ioperm",
]
_NOSYS = [
    "clone3",
    "openat2",
    "fchmodat2",
    "pkey_alloc",
    "pkey_free",
    "pkey_mprotect",
    "io_setup",
    "process_madvise",
    "map_shadow_stack",
    "get_mempolicy",
    "set_mempolicy",
    "mbind",
]
_NOTSUP = [
    "getxattr",
    "lgetxattr",
    "fgetxattr",
    "listxattr",
    "llistxattr",
    "flistxattr",
    "setxattr",
    "lsetxattr",
    "fsetxattr",
    "removexattr",
    "lremovexattr",
    "fremovexattr",
]

#: Programs may start others here: these come on top in the fork profile, execs also in "exec".
_EXECS = ("execve", "execveat")
_WORKER = [
    "fork",
    "vfork",
    "wait4",
    "waitid",
    "setsid",
    "setpgid",
    "pidfd_open",
    "arch_prctl",
    "execve",
    "execveat",
]
_WORKER_ONLY = ["memfd_create", "seccomp", "landlock_restrict_self", "sched_setaffinity"]

_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_NUMBERS = {
    machine: {
        name: int(number) for name, _, number in (item.partition("=") for item in text.split())
    }
    for machine, text in (("x86_64", _X86_64), ("aarch64", _AARCH64))
}
#: Terminal and device controls are refused; these four only mark or count.
_FIONBIO, _FIOCLEX, _FIONCLEX, _FIONREAD = 0x5421, 0x5451, 0x5450, 0x541B

ALLOW, KILL_PROCESS, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, ENOSYS, ENOTTY, ENOTSUP = (_ERRNO | code for code in (1, 38, 25, 95))
_LOAD, _JEQ, _JGE, _JSET, _JUMP, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x05, 0x54, 0x06
_NEW_NAMESPACES = 0x7E020000
_CLONE_THREAD = 0x10000
#: Stands for the program's own process number until `install` puts it in.
_SELF = 0x5E1F5E1F

_Code = list[tuple[int, int, int, int]]


class UnsupportedError(OSError):
    """This kernel or processor cannot take the filter."""


def _return(action: int) -> _Code:
    return [(_RETURN, 0, 0, action)]


def _match(argument: int, values: tuple[int, ...], found: int, otherwise: int) -> _Code:
    """Return `found` if the low word of the argument is one of the values, else `otherwise`."""
    tests = [
        (_JEQ, left, 0, value)
        for left, value in zip(range(len(values), 0, -1), values, strict=False)
    ]
    return [(_LOAD, 0, 0, 16 + 8 * argument), *tests, *_return(otherwise), *_return(found)]


#: A FIFO is refused like any special file; asking for a device is an attack.
_FIFO_OR_KILL = [
    (_AND, 0, 0, 0o170000),
    (_JEQ, 1, 0, 0o010000),
    *_return(KILL_PROCESS),
    *_return(EPERM),
]
#: A new thread, or a new process without namespaces of its own.
_NO_NAMESPACE = [
    (_LOAD, 0, 0, 16),
    (_JSET, 1, 0, _NEW_NAMESPACES),
    *_return(ALLOW),
    *_return(EPERM),
]
_THREAD_ONLY = [(_LOAD, 0, 0, 16), (_JSET, 1, 0, _CLONE_THREAD), *_return(EPERM), *_return(ALLOW)]
_BASE_SPECIAL: dict[str, _Code] = {
    "clone": _NO_NAMESPACE,
    "ioctl": _match(1, (_FIONBIO, _FIOCLEX, _FIONCLEX, _FIONREAD), ALLOW, ENOTTY),
    "prlimit64": _return(ALLOW),
    # F_SETOWN, F_SETSIG, F_SETOWN_EX aim signals at others; leases and notices watch files.
    "fcntl": _match(1, (8, 10, 15, 1024, 1026), EPERM, ALLOW),
    # PR_SET_PDEATHSIG, PR_SET_NAME, PR_GET_NAME, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS
    "prctl": _match(0, (1, 15, 16, 22, 38), ALLOW, EPERM),
    "tgkill": _return(ALLOW),
    "kill": _return(ALLOW),
    # AF_UNIX stream pairs only: they can reach nobody else (asyncio needs one).
    "socketpair": [
        (_LOAD, 0, 0, 16),
        (_JEQ, 0, 4, 1),
        (_LOAD, 0, 0, 24),
        (_AND, 0, 0, 0xF),
        (_JEQ, 0, 1, 1),
        *_return(ALLOW),
        *_return(EPERM),
    ],
    # Without an address: an address could name a socket outside.
    "sendto": [
        (_LOAD, 0, 0, 48),
        (_JEQ, 0, 3, 0),
        (_LOAD, 0, 0, 52),
        (_JEQ, 0, 1, 0),
        *_return(ALLOW),
        *_return(EPERM),
    ],
    "mknod": [(_LOAD, 0, 0, 24), *_FIFO_OR_KILL],
    "mknodat": [(_LOAD, 0, 0, 32), *_FIFO_OR_KILL],
}


def base_rules() -> dict[str, _Code]:
    """Return what the worker and every program are held to, by the call's name."""
    rules = {name: _return(ALLOW) for name in (*_BASE, *_WORKER, *_WORKER_ONLY)}
    rules |= {name: _return(KILL_PROCESS) for name in _KILL}
    rules |= {name: _return(ENOSYS) for name in _NOSYS}
    rules |= {name: _return(ENOTSUP) for name in _NOTSUP}
    return rules | _BASE_SPECIAL


def program_rules(profile: str) -> dict[str, _Code]:
    """Return what a program may not do that its worker may.

    Args:
        profile: "strict" (no new process, no exec), "exec" (strict, but may exec) or "fork".
    """
    rules = {name: _return(EPERM) for name in _WORKER_ONLY}
    rules["prlimit64"] = _match(0, (0,), ALLOW, EPERM)
    rules["prctl"] = _match(0, (15, 16) if profile != "fork" else (1, 15, 16), ALLOW, EPERM)
    if profile == "fork":
        return rules
    rules |= {name: _return(EPERM) for name in ("fork", "vfork", "setsid", "setpgid", "pidfd_open")}
    rules["clone"] = _THREAD_ONLY
    rules["kill"] = rules["tgkill"] = _match(0, (_SELF,), ALLOW, EPERM)
    if profile == "strict":
        rules |= {name: _return(EPERM) for name in _EXECS}
    return rules


def _tree(leaves: list[tuple[int, _Code]], default: _Code) -> _Code:
    """Return code that finds the number among sorted (number, instructions) pairs.

    Runs of numbers with the same instructions become one range; `default` fills the gaps.
    """
    actions = dict(leaves)
    ranges = [(0, actions.get(0, default))]
    for number in sorted({edge for leaf in actions for edge in (leaf, leaf + 1)} - {0}):
        code = actions.get(number, default)
        if ranges[-1][1] != code:
            ranges.append((number, code))

    def build(low: int, high: int) -> _Code:
        if high - low == 1:
            return list(ranges[low][1])
        middle = (low + high) // 2
        left, right = build(low, middle), build(middle, high)
        if len(left) < 256:
            return [(_JGE, len(left), 0, ranges[middle][0]), *left, *right]
        return [(_JGE, 0, 1, ranges[middle][0]), (_JUMP, 0, 0, len(left)), *left, *right]

    return build(0, len(ranges))


def assemble(rules: Mapping[str, _Code], default: int, machine: str | None = None) -> _Code:
    """Return a filter as a list of (code, jump if true, jump if false, operand).

    Args:
        rules: The instructions for each call, by name; calls that the architecture lacks are
            left out.
        default: The action for every other call.
        machine: The architecture as `os.uname` names it; the running one if None.

    Raises:
        UnsupportedError: There is no table for this architecture.
    """
    machine = machine or os.uname().machine
    if machine not in _NUMBERS:
        msg = f"no system call table for {machine}"
        raise UnsupportedError(msg)
    numbers = _NUMBERS[machine]
    code = [
        (_LOAD, 0, 0, 4),
        (_JEQ, 1, 0, _AUDIT[machine]),
        *_return(KILL_PROCESS),
        (_LOAD, 0, 0, 0),
    ]
    if machine == "x86_64":  # the x32 numbers
        code += [(_JGE, 0, 1, 0x40000000), *_return(KILL_PROCESS)]
    leaves = sorted((numbers[name], rule) for name, rule in rules.items() if name in numbers)
    return code + _tree(leaves, _return(default))


class Filter:
    """An assembled filter, ready to be put on the calling process.

    Everything is laid out beforehand: after a fork, making so much as a ctypes type costs more
    than the system call.
    """

    def __init__(self, rules: Mapping[str, _Code], default: int) -> None:
        """Assemble for this machine; the arguments are those of `assemble`."""
        code = assemble(rules, default)
        packed = b"".join(struct.pack("<HBBI", *line) for line in code)
        self._code = ctypes.create_string_buffer(packed, len(packed))
        self._own = [8 * place + 4 for place, line in enumerate(code) if line[3] == _SELF]
        self._program = struct.pack("@HxxxxxxP", len(code), ctypes.addressof(self._code))
        self._prctl = ctypes.CDLL(None, use_errno=True).prctl

    def install(self) -> None:
        """Put the filter on the calling process, for good; it needs no_new_privs.

        Raises:
            UnsupportedError: The kernel has no seccomp or refused the filter.
        """
        pid = os.getpid()
        for place in self._own:
            struct.pack_into("<I", self._code, place, pid)
        if self._prctl(22, 2, self._program, 0, 0):  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
            raise UnsupportedError(ctypes.get_errno(), "the kernel refused the seccomp filter")
