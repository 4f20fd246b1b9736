"""What the process of an answer may not do. Each protection stands alone; those a system lacks are named.

| Protection | What it stops | By |
|---|---|---|
| `files` | any write; any read but of Python, its packages and the course's data | Landlock, Linux 5.13 |
| `network` | sockets, shared memory, message queues | seccomp, Linux on x86-64 and arm64 |
| `processes` | new ones, programs, signals, tracing; once more any write | the same |
| `user` | what remains of the user's own rights | setuid to nobody, as root only |
| `memory` | more memory; also processor time, output, open files | resource limits |

``Box`` is made once, before anything is restricted, and ``enter`` is called in the answer's own process
before a word of the answer is read. What was given up there cannot be had back.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import course_lib
from course_lib.files import data_folder
from course_tools.grading.tasks import Limits

PROTECTIONS = ("files", "network", "processes", "user", "memory")
NOBODY = 65534
OPEN_FILES = 64
COURSE = Path(course_lib.__file__).resolve().parent
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/opt/homebrew/lib", "/usr/share")
_SINGLE = ("/etc/ld.so.cache", "/etc/localtime", "/dev/null", "/dev/zero", "/dev/urandom")

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_KEEPCAPS, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 8, 22, 38
_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def _prctl(option: int, value: int, pointer: object = None) -> None:
    zero = ctypes.c_ulong(0)
    _checked(_libc.prctl(option, ctypes.c_ulong(value), pointer or zero, zero, zero))


def undumpable() -> None:
    """Close this process's memory and open files to every other process of the same user."""
    if sys.platform == "linux":
        _prctl(_PR_SET_DUMPABLE, 0)


def dies_with_parent(parent: int) -> None:
    """End this process when ``parent``, which started it, ends: at once where the system can."""
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was too late to ask
        os._exit(1)


def memory_now() -> int:
    """The bytes of address space that this process has already; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def limit_memory(megabytes: int) -> None:
    """Let this process have so many MiB more than it has."""
    if now := memory_now():
        _limit(resource.RLIMIT_AS, now + megabytes * 2**20)


def _limit(which: int, most: int) -> None:
    hard = resource.getrlimit(which)[1]  # somebody may have set a lower one already
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(which, (most, most))


# ---- Landlock: which files may be read. None may be written.

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every processor
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}  # how many rights on files a version of Landlock knows; 16 since 5


def _landlock_version() -> int:
    """0 where there is no Landlock."""
    if sys.platform != "linux":
        return 0
    return max(0, int(_libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)))


def readable() -> Iterator[tuple[Path, bool]]:
    """What an answer may read: paths, and whether their content, or only the list of their names.

    Python, its packages, the system's libraries, and of the course what is no code.
    """
    hidden = {COURSE, COURSE.with_name("course_tools")}
    # Of Python's path only where packages are installed: the rest may be the instructor's own folders.
    packages = [Path(p).resolve() for p in sys.path if Path(p).name in ("site-packages", "dist-packages")]
    folders = {*packages, *(Path(prefix, "lib").resolve() for prefix in (sys.prefix, sys.base_prefix))}
    folders |= {Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib")}
    for folder in sorted(folders | {Path(p).resolve() for p in _LIBRARIES}):
        yield from _beneath(folder, hidden)
    yield from ((Path(p), True) for p in _SINGLE)
    yield data_folder().resolve(), True
    yield from ((p, True) for p in COURSE.rglob("*") if p.is_file() and p.suffix not in (".py", ".pyc"))


def _beneath(folder: Path, hidden: set[Path]) -> Iterator[tuple[Path, bool]]:
    if folder in hidden or any(folder.is_relative_to(one) for one in hidden):
        return
    if not any(one.is_relative_to(folder) for one in hidden):
        yield folder, True
        return
    yield folder, False
    with suppress(OSError):
        for child in folder.iterdir():
            yield from _beneath(child, hidden)


def _ruleset(version: int) -> int:
    """A Landlock ruleset, as a file descriptor: all that it knows is denied, but for reading ``readable``."""
    files = (1 << _RIGHTS.get(version, 16)) - 1
    handled = struct.pack("=QQQ", files, 0b11, 0b11)  # files; TCP; signals and abstract sockets
    handled = handled[: 8 if version < 4 else 16 if version < 6 else 24]
    ruleset = _checked(_libc.syscall(_CREATE_RULESET, handled, ctypes.c_size_t(len(handled)), 0))
    for path, content in readable():
        try:
            fd = os.open(path, os.O_PATH | os.O_CLOEXEC)  # type: ignore[attr-defined,unused-ignore]
        except OSError:  # not on this machine
            continue
        rights = (_READ_FILE if content else 0) | (_READ_DIR if path.is_dir() else 0)
        with suppress(OSError):
            _checked(_libc.syscall(_ADD_RULE, ruleset, 1, struct.pack("=Qi", rights, fd), 0))
        os.close(fd)
    return ruleset


# ---- seccomp: which system calls fail.

# Their numbers on x86-64 and on arm64; 0 where a processor has no such call.
_FORBIDDEN = {
    # network, and channels to other processes
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200),
    "listen": (50, 201), "accept": (43, 202), "accept4": (288, 242), "sendto": (44, 206),
    "sendmsg": (46, 211), "sendmmsg": (307, 269), "shmget": (29, 194), "shmat": (30, 196),
    "shmctl": (31, 195), "semget": (64, 190), "semop": (65, 193), "semctl": (66, 191),
    "msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188), "msgctl": (71, 187),
    "mq_open": (240, 180), "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    # processes: new ones, and those of others
    "fork": (57, 0), "vfork": (58, 0), "execve": (59, 221), "execveat": (322, 281),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "process_madvise": (440, 440), "process_mrelease": (448, 448), "kcmp": (312, 272),
    "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424),
    "tkill": (200, 130), "setpriority": (141, 140), "ioprio_set": (251, 30),
    "sched_setparam": (142, 118), "sched_setscheduler": (144, 119), "sched_setattr": (314, 274),
    "sched_setaffinity": (203, 122), "migrate_pages": (256, 238), "move_pages": (279, 239),
    # files: whatever is no plain opening for reading; and watching those of others
    "inotify_init": (253, 0), "inotify_init1": (294, 26), "inotify_add_watch": (254, 27),
    "fanotify_init": (300, 262), "fanotify_mark": (301, 263),
    "creat": (85, 0), "truncate": (76, 45), "mkdir": (83, 0), "mkdirat": (258, 34), "rmdir": (84, 0),
    "unlink": (87, 0), "unlinkat": (263, 35), "rename": (82, 0), "renameat": (264, 38),
    "renameat2": (316, 276), "link": (86, 0), "linkat": (265, 37), "symlink": (88, 0),
    "symlinkat": (266, 36), "mknod": (133, 0), "mknodat": (259, 33), "chmod": (90, 0),
    "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, 0),
    "fchown": (93, 55), "lchown": (94, 0), "fchownat": (260, 54), "utime": (132, 0), "utimes": (235, 0),
    "futimesat": (261, 0), "utimensat": (280, 88), "setxattr": (188, 5), "lsetxattr": (189, 6),
    "fsetxattr": (190, 7), "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "setxattrat": (463, 463), "removexattrat": (466, 466), "open_by_handle_at": (304, 265),
    # the system
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39),
    "pivot_root": (155, 41), "chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "mount_setattr": (442, 442),
    "open_tree_attr": (467, 467), "file_setattr": (469, 469),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "personality": (135, 92), "syslog": (103, 116),
    "seccomp": (317, 277),
}  # fmt: skip
# Allowed to oneself alone: their first argument must be the own process, or 0 (which is also oneself) for
# prlimit64. kill(0) would mean the process group, and that is also only the answer.
_ON_ONESELF = {"kill": (62, 129), "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138),
               "rt_tgsigqueueinfo": (297, 240), "prlimit64": (302, 261)}  # fmt: skip
# Python and glibc go on without these two, by the older calls, whose arguments can be seen.
_ABSENT = {"clone3": (435, 435), "openat2": (437, 437)}
_OPEN, _OPENAT, _CLONE = (2, 0), (257, 56), (56, 220)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_CLONE_THREAD = 0x10000
# Calls of which some commands are refused: their numbers, which argument is the command, which are refused.
_COMMANDS = {
    # F_SETOWN, F_SETSIG, F_SETOWN_EX signal others; F_SETLEASE lets them wait for a file
    "fcntl": ((72, 25), 1, (8, 10, 15, 1024)),
    # PR_SET_PDEATHSIG, PR_SET_DUMPABLE: it must end with its judge, and stay closed to others
    "prctl": ((157, 167), 0, (_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE)),
}
_AUDIT = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}  # the kernel's name for it, our column
_X32 = 0x40000000  # the same calls by other numbers, on x86-64

_LOAD, _JEQ, _JGE, _JSET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _EPERM, _ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
_NUMBER, _ARCHITECTURE = 0, 4  # where in what the filter sees


def _argument(which: int) -> int:
    return 16 + 8 * which  # its lower half: file modes, flags and process numbers are no longer


def _filter(machine: str, pid: int) -> bytes:
    """The program, in the kernel's classic BPF: each step is (code, skip if so, skip if not, value)."""
    architecture, column = _AUDIT[machine]
    steps = [(_LOAD, 0, 0, _ARCHITECTURE), (_JEQ, 1, 0, architecture), (_RETURN, 0, 0, _KILL)]
    steps += [(_LOAD, 0, 0, _NUMBER), (_JGE, 0, 1, _X32), (_RETURN, 0, 0, _EPERM)]

    def add(numbers: tuple[int, int], *then: tuple[int, int, int, int]) -> None:
        if numbers[column]:
            steps.extend([(_JEQ, 0, len(then), numbers[column]), *then])

    for numbers in _FORBIDDEN.values():
        add(numbers, (_RETURN, 0, 0, _EPERM))
    for numbers in _ABSENT.values():
        add(numbers, (_RETURN, 0, 0, _ENOSYS))
    for name, numbers in _ON_ONESELF.items():
        own = [(_JEQ, 2, 0, pid), (_JEQ, 1 if name == "prlimit64" else 0, 0, 0)]
        add(numbers, (_LOAD, 0, 0, _argument(0)), *own, (_RETURN, 0, 0, _EPERM), (_RETURN, 0, 0, _ALLOW))
    for numbers, which in ((_OPEN, 1), (_OPENAT, 2)):
        writes = [(_JSET, 0, 1, _WRITES), (_RETURN, 0, 0, _EPERM), (_RETURN, 0, 0, _ALLOW)]
        add(numbers, (_LOAD, 0, 0, _argument(which)), *writes)
    thread = [(_JSET, 1, 0, _CLONE_THREAD), (_RETURN, 0, 0, _EPERM), (_RETURN, 0, 0, _ALLOW)]
    add(_CLONE, (_LOAD, 0, 0, _argument(0)), *thread)
    for numbers, which, commands in _COMMANDS.values():
        some = [(_JEQ, len(commands) - i, 0, command) for i, command in enumerate(commands)]
        refuse = [*some, (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _EPERM)]
        add(numbers, (_LOAD, 0, 0, _argument(which)), *refuse)
    steps.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def _restrict_calls(machine: str) -> None:
    program = _filter(machine, os.getpid())
    held = ctypes.create_string_buffer(program)
    pointer = struct.pack("@HP", len(program) // 8, ctypes.addressof(held))
    _prctl(_PR_SET_SECCOMP, 2, ctypes.create_string_buffer(pointer))


# ---- the user


def _become_nobody(reads_all: bool) -> None:
    """Give root up. ``reads_all``: but read what root may, where Landlock says what that is."""
    _prctl(_PR_SET_KEEPCAPS, int(reads_all))
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    kept = 1 << 2 if reads_all else 0  # CAP_DAC_READ_SEARCH: Python may lie in root's own folder
    header = struct.pack("=Ii", 0x20080522, 0)
    _checked(_libc.capset(header, struct.pack("=IIIIII", kept, kept, 0, 0, 0, 0)))


class Box:
    """The sandbox as this system can have it."""

    def __init__(self) -> None:
        self.version = _landlock_version()
        self.ruleset = _ruleset(self.version) if self.version else -1
        self.machine = _machine() if _has_seccomp() else ""

    def enter(self, limits: Limits, keep: int, output: int, parent: int) -> None:
        """Restrict this process for good; of its open files ``keep`` is left, and ``output`` as 1 and 2."""
        os.setsid()
        os.chdir("/")
        nothing = os.open(os.devnull, os.O_RDONLY)
        for fd, target in ((nothing, 0), (output, 1), (output, 2)):
            os.dup2(fd, target)
        self._limit_all(limits)
        if sys.platform == "linux":
            if os.geteuid() == 0:
                _become_nobody(reads_all=self.version > 0)
            dies_with_parent(parent)
            undumpable()
            _prctl(_PR_SET_NO_NEW_PRIVS, 1)
            if self.version:
                _checked(_libc.syscall(_RESTRICT_SELF, self.ruleset, 0))
        os.closerange(3, keep)
        os.closerange(keep + 1, 2**16)
        if self.machine:
            _restrict_calls(self.machine)

    def _limit_all(self, limits: Limits) -> None:
        seconds = max(1, -int(-limits.seconds // 1))
        for name, most in (
            ("RLIMIT_CPU", seconds),
            ("RLIMIT_FSIZE", limits.output_mb * 2**20),
            ("RLIMIT_CORE", 0),
            ("RLIMIT_NOFILE", OPEN_FILES),
            ("RLIMIT_NPROC", 1),
            ("RLIMIT_MSGQUEUE", 0),
        ):
            if hasattr(resource, name):
                _limit(getattr(resource, name), most)
        limit_memory(limits.memory_mb)


def missing() -> tuple[str, ...]:
    """The protections that this system does not give, by their names in PROTECTIONS."""
    files, calls = _landlock_version() > 0, bool(_machine()) and _has_seccomp()
    given = {
        "files": files,
        "network": calls,
        "processes": calls,
        "user": (files and calls) or (sys.platform == "linux" and os.geteuid() == 0),
        "memory": memory_now() > 0,
    }
    return tuple(name for name in PROTECTIONS if not given[name])


def _machine() -> str:
    """The processor, where its system calls are known here; else ""."""
    return platform.machine() if sys.platform == "linux" and platform.machine() in _AUDIT else ""


def _has_seccomp() -> bool:
    return sys.platform == "linux" and _libc.prctl(21, 0, 0, 0, 0) >= 0  # PR_GET_SECCOMP
