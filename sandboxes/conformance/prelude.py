"""What hostile programs begin with: system calls by name on x86_64 and aarch64."""

from __future__ import annotations

__all__ = ["PRELUDE"]

#: Name to number on x86_64 and on aarch64; a single number where they agree.
_NUMBERS: dict[str, tuple[int, int] | int] = {
    "acct": (163, 89),
    "add_key": (248, 217),
    "adjtimex": (159, 171),
    "bpf": (321, 280),
    "capget": (125, 90),
    "capset": (126, 91),
    "chroot": (161, 51),
    "clock_settime": (227, 112),
    "clone": (56, 220),
    "clone3": 435,
    "execveat": (322, 281),
    "fanotify_init": (300, 262),
    "finit_module": (313, 273),
    "fsopen": 430,
    "getpid": (39, 172),
    "init_module": (175, 105),
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "io_uring_setup": 425,
    "ioprio_set": (251, 30),
    "kcmp": (312, 272),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "landlock_create_ruleset": 444,
    "memfd_create": (319, 279),
    "memfd_secret": 447,
    "migrate_pages": (256, 238),
    "mknodat": (259, 33),
    "mlock": (149, 228),
    "mount": (165, 40),
    "mount_setattr": 442,
    "move_mount": 429,
    "move_pages": (279, 239),
    "mq_open": (240, 180),
    "mq_timedreceive": (243, 183),
    "mq_timedsend": (242, 182),
    "msgget": (68, 186),
    "msgrcv": (70, 188),
    "msgsnd": (69, 189),
    "open_by_handle_at": (304, 265),
    "open_tree": 428,
    "perf_event_open": (298, 241),
    "personality": (135, 92),
    "pidfd_getfd": 438,
    "pidfd_open": 434,
    "pidfd_send_signal": 424,
    "pivot_root": (155, 41),
    "prctl": (157, 167),
    "process_madvise": 440,
    "process_mrelease": 448,
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "sched_setattr": (314, 274),
    "seccomp": (317, 277),
    "setns": (308, 268),
    "shmat": (30, 196),
    "shmget": (29, 194),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "tgkill": (234, 131),
    "timer_create": (222, 107),
    "tkill": (200, 130),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
    "vhangup": (153, 58),
}

#: `syscall(name, ...)` raises OSError where the kernel refuses; `breach(...)` reports success.
PRELUDE = f"""
import ctypes, os, sys

_numbers = {_NUMBERS}
_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long

def syscall(name, *arguments):
    number = _numbers[name]
    if isinstance(number, tuple):
        number = number[os.uname().machine != "x86_64"]
    arguments = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    result = _libc.syscall(ctypes.c_long(number), *arguments)
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), name)
    return result

def breach(*what):
    print("BREACH", *what, flush=True)

"""
