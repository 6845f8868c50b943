"""How a worker gives up what it does not need, and how it cleans up; standard library only.

Runs inside the jail.
"""

import ctypes
import os
import resource
import struct

_PAGE = 4096


def empty(home: str) -> None:
    """Remove everything in a folder, whatever modes, names and depth a program left there."""
    os.chmod(home, 0o700)
    if not os.listdir(home):
        return
    top = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        counter, folders = 0, [""]
        while folders:
            name = folders.pop()
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
            here = os.open(name, flags, dir_fd=top) if name else os.dup(top)
            try:
                with os.scandir(here) as entries:
                    found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
                for entry, folder in found:
                    if not folder:
                        os.unlink(entry, dir_fd=here)
                        continue
                    # Folders are moved up, so that no depth or length of a path matters.
                    counter += 1
                    moved = f".{counter}.removed"
                    os.chmod(entry, 0o700, dir_fd=here)
                    os.rename(entry, moved, src_dir_fd=here, dst_dir_fd=top)
                    folders.append(moved)
            finally:
                os.close(here)
            if name:
                os.rmdir(name, dir_fd=top)
    finally:
        os.close(top)


def over(home: str, disk: int) -> bool:
    """Whether a folder holds more bytes, or many more files, than a program may have."""
    total = count = 0
    for folder, _, names in os.walk(home):
        count += 1
        for name in names:
            count += 1
            try:
                total += os.lstat(os.path.join(folder, name)).st_blocks * 512
            except OSError:
                continue
    return total > max(disk, _PAGE) or count > 4096


def mount_tmpfs(libc: ctypes.CDLL, home: str, uid: int | None, size: int, inodes: int) -> None:
    """Mount the one writable folder, with an owner and a limit on its bytes and files."""
    owner = os.getuid() if uid is None else uid
    options = f"size={size},nr_inodes={inodes},mode=0700,uid={owner},gid={owner}".encode()
    flags = 2 | 4  # MS_NOSUID, MS_NODEV
    if libc.mount(b"tmpfs", home.encode(), b"tmpfs", flags, options):
        code = ctypes.get_errno()
        raise OSError(code, f"mounting {home}: {os.strerror(code)}")


def drop_privileges(libc: ctypes.CDLL, uid: int | None) -> None:
    """Become an ordinary user without capabilities who can never gain any."""
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    number = {"x86_64": 126, "aarch64": 91}.get(os.uname().machine, 0)
    libc.prctl(47, 4, 0, 0, 0)  # PR_CAP_AMBIENT, CLEAR_ALL
    if number:  # capset, version 3, both words empty
        header, data = struct.pack("<Ii", 0x20080522, 0), bytes(24)
        libc.syscall(number, header, data)
    libc.prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE: nobody traces or reads the worker
    if libc.prctl(38, 1, 0, 0, 0):  # PR_SET_NO_NEW_PRIVS
        message = "the kernel refused no_new_privs"
        raise OSError(message)


def address_space() -> int:
    """Return the bytes of address space in use, found by asking which limit still allows more."""
    libc = ctypes.CDLL(None)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, *(ctypes.c_int,) * 3, ctypes.c_long)
    libc.munmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    low, high = 2**20, 2**38
    while high - low > 2**20:
        middle = (low + high) // 2
        resource.setrlimit(resource.RLIMIT_AS, (middle, hard))
        place = libc.mmap(None, _PAGE, 0, 0x22, -1, 0)  # MAP_PRIVATE, MAP_ANONYMOUS
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        if place == ctypes.c_void_p(-1).value:
            low = middle
        else:
            libc.munmap(place, _PAGE)
            high = middle
    return high


def which(name: str) -> str | None:
    """Return where a tool is, if it is."""
    for folder in ("/usr/local/bin", "/usr/bin", "/bin"):
        path = f"{folder}/{name}"
        if os.access(path, os.X_OK):
            return path
    return None
