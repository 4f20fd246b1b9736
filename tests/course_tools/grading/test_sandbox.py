"""What a boxed process may not do, each protection by itself, as root and as a user without rights."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import importlib
import json
import os
import platform
import resource
import select
import signal
import socket
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from apart import in_a_fork

import course_lib
from course_lib import files
from course_tools.grading import sandbox
from course_tools.grading.tasks import Limits

ROOT = sys.platform == "linux" and os.geteuid() == 0
LIMITS = Limits(seconds=5, memory_mb=300, output_mb=1)
users = pytest.mark.parametrize(
    "plain",
    [False, pytest.param(True, marks=pytest.mark.skipif(not ROOT, reason="is one already"))],
    ids=["self", "plain user"],
)


def needs(protection: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(protection in sandbox.missing(), reason=f"this system has no {protection}")


def boxed(tries: dict[str, Callable[[], object]], plain: bool = False, limits: Limits = LIMITS) -> dict:
    """What each of ``tries`` gives in the box: its value, or the name of its error."""

    def work() -> bytes:
        if plain:
            sandbox._become_nobody(reads_all=True)  # Python may lie where only root reads
        parent, mine, its = os.getpid(), *os.pipe()
        box, output = sandbox.Box(), tempfile.TemporaryFile()  # noqa: SIM115
        if pid := os.fork():
            os.close(its)
            said = os.fdopen(mine, "rb").read()
            os.waitpid(pid, 0)
            return said
        try:
            box.enter(limits, its, output.fileno(), parent)
            found = {}
            for name, attempt in tries.items():
                try:
                    found[name] = attempt()
                except OSError as problem:
                    found[name] = errno.errorcode.get(problem.errno or 0, str(problem))
                except BaseException as problem:
                    found[name] = type(problem).__name__
            os.write(its, json.dumps(found, default=str).encode())
        finally:
            os._exit(0)

    return json.loads(in_a_fork(work) or b"{}")


def test_the_system_under_test_is_known():
    assert set(sandbox.missing()) <= set(sandbox.PROTECTIONS)
    if sys.platform == "linux" and platform.machine() in ("x86_64", "aarch64"):
        assert not {"memory", "network", "processes"} & set(sandbox.missing())


@users
@needs("files")
def test_the_course_s_code_the_learners_folders_and_other_processes_cannot_be_read(plain, tmp_path):
    tmp_path.chmod(0o755)
    there = tmp_path / "other.ipynb"
    there.write_text("x")
    there.chmod(0o644)
    code = Path(course_lib.__file__).parent
    closed = [
        there,
        code / "forward.py",
        code / "exercises/chapter_02.py",
        code.parent / "course_tools/build.py",
    ]
    closed += [
        code.parent / "pyproject.toml",
        Path("/etc/passwd"),
        Path(f"/proc/{os.getpid()}/mem"),
        Path("/proc/self/maps"),
    ]
    got = boxed({str(path): path.read_bytes for path in closed if path.exists()}, plain)
    assert len(got) > 4 and set(got.values()) == {"EACCES"}, got
    assert set(
        boxed({p: lambda p=p: os.listdir(p) for p in ("/", "/tmp", "/proc", str(code))}, plain).values()
    ) == {"EACCES"}


@users
def test_what_an_answer_needs_is_there(plain):
    got = boxed(
        {
            "standard library": lambda: importlib.import_module("statistics").mean([1, 2, 3]),
            "a package": lambda: len(importlib.import_module("numpy.polynomial").__name__),
            "data": lambda: len((files.data_folder() / "checksums.json").read_bytes()) > 2,
            "strings": lambda: len((Path(course_lib.__file__).parent / "strings/en.toml").read_bytes()) > 2,
            "chance": lambda: len(os.urandom(4)),
            "torch": lambda: float((torch.ones(300, 300) @ torch.ones(300, 300)).sum()),
            "gradient": lambda: float(_gradient()),
            "pipe": lambda: len(os.pipe()),
            "raise a signal": lambda: os.kill(os.getpid(), 0),
            "own limits": lambda: resource.getrlimit(resource.RLIMIT_CPU)[0],
        },
        plain,
    )
    assert got == {
        "standard library": 2, "a package": 16, "data": True, "strings": True, "chance": 4,
        "torch": 300.0**3, "gradient": 6.0, "pipe": 2, "raise a signal": None, "own limits": 5,
    }  # fmt: skip


def _gradient() -> torch.Tensor:
    x = torch.tensor(3.0, requires_grad=True)
    (x**2).backward()
    assert x.grad is not None
    return x.grad


@users
@needs("processes")
def test_nothing_is_written(plain, tmp_path):
    tmp_path.chmod(0o777)
    there = tmp_path / "other.ipynb"
    there.write_text("kept")
    there.chmod(0o666)
    before = there.stat()
    libc = ctypes.CDLL(None, use_errno=True)
    got = boxed(
        {
            "write": lambda: there.write_text("x"),
            "append": lambda: open(there, "a"),  # noqa: SIM115
            "update": lambda: os.open(there, os.O_RDWR),
            "new": lambda: (tmp_path / "new").write_text("x"),
            "nameless": lambda: os.open(tmp_path, os.O_TMPFILE | os.O_RDWR),
            "truncate": lambda: os.truncate(there, 0),
            "remove": lambda: os.remove(there),
            "rename": lambda: os.rename(there, tmp_path / "x"),
            "link": lambda: os.link(there, tmp_path / "x"),
            "symlink": lambda: os.symlink(there, tmp_path / "x"),
            "mkdir": lambda: os.mkdir(tmp_path / "x"),
            "mkfifo": lambda: os.mkfifo(tmp_path / "x"),
            "rmdir": lambda: os.rmdir(tmp_path),
            "chmod": lambda: os.chmod(there, 0),
            "chown": lambda: os.chown(there, 0, 0),
            "utime": lambda: os.utime(there, (0, 0)),
            "xattr": lambda: os.setxattr(there, "user.x", b"x"),
            "memory file": lambda: os.memfd_create("x"),
            "shared memory": lambda: _failed(libc, libc.shmget(0, 4096, 0o1600)),
            "openat2": lambda: _failed(
                libc, libc.syscall(437, -100, bytes(there), struct.pack("QQQ", 2, 0, 0), 24)
            ),
        },
        plain,
    )
    assert set(got.values()) <= {"EPERM", "EACCES", "ENOSYS"}, got
    after = there.stat()
    assert there.read_text() == "kept" and os.listdir(tmp_path) == ["other.ipynb"]
    assert (after.st_mode, after.st_mtime_ns) == (before.st_mode, before.st_mtime_ns)


def _failed(libc: ctypes.CDLL, result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "")
    return result


@users
@needs("network")
def test_there_is_no_network(plain, tmp_path):
    libc = ctypes.CDLL(None, use_errno=True)
    kinds = {
        "tcp": (socket.AF_INET, socket.SOCK_STREAM),
        "udp": (socket.AF_INET6, socket.SOCK_DGRAM),
        "unix": (socket.AF_UNIX, socket.SOCK_STREAM),
        "netlink": (16, socket.SOCK_RAW),
    }
    tries: dict[str, Callable[[], object]] = {n: lambda k=k: socket.socket(*k) for n, k in kinds.items()}
    tries["pair"] = socket.socketpair
    tries["without Python"] = lambda: _failed(libc, libc.socket(2, 1, 0))
    tries["io_uring"] = lambda: _failed(libc, libc.syscall(425, 8, ctypes.create_string_buffer(120)))
    assert set(boxed(tries, plain).values()) == {"EPERM"}


@users
@needs("processes")
def test_no_process_is_started_or_reached(plain):
    libc = ctypes.CDLL(None, use_errno=True)
    parent, victim = os.getpid(), os.fork()
    if victim == 0:
        if plain:
            sandbox._become_nobody(reads_all=False)
        time.sleep(60)
        os._exit(0)
    got = boxed(
        {
            "fork": os.fork,
            "fork without Python": lambda: _failed(libc, libc.fork()),
            "vfork": lambda: _failed(
                libc, libc.syscall(58 if platform.machine() == "x86_64" else 220, 0, 0, 0, 0, 0)
            ),
            "clone": lambda: _failed(
                libc, libc.syscall(56 if platform.machine() == "x86_64" else 220, 17, 0, 0, 0, 0)
            ),
            "clone3": lambda: _failed(libc, libc.syscall(435, bytes(88), 88)),
            "execute": lambda: os.execv("/bin/true", ["true"]),
            "spawn": lambda: os.posix_spawn("/bin/true", ["true"], {}),
            "thread": lambda: threading.Thread(target=print).start(),
            "kill": lambda: os.kill(victim, signal.SIGKILL),
            "ask": lambda: os.kill(victim, 0),
            "kill all": lambda: os.kill(-1, signal.SIGKILL),
            "kill its group": lambda: os.killpg(os.getpgid(victim), signal.SIGKILL),
            "by pidfd": lambda: os.pidfd_open(victim),
            "trace": lambda: _failed(libc, libc.ptrace(16, victim, 0, 0)),
            "read memory": lambda: _failed(libc, libc.process_vm_readv(victim, None, 0, None, 0, 0)),
            "limits": lambda: resource.prlimit(victim, resource.RLIMIT_CPU, (0, 0)),
            "priority": lambda: os.setpriority(os.PRIO_PROCESS, victim, 19),
            "processors": lambda: os.sched_setaffinity(victim, {0}),
            "by file": lambda: __import__("fcntl").fcntl(0, 8, victim),
            "hold a file": lambda: __import__("fcntl").fcntl(0, 1024, 0),
            "outlive the judge": lambda: _failed(libc, libc.prctl(1, 0, 0, 0, 0)),
            "open itself": lambda: _failed(libc, libc.prctl(4, 1, 0, 0, 0)),
            "watch": lambda: _failed(libc, libc.inotify_init1(0)),
            "namespaces": lambda: _failed(libc, libc.unshare(0x10000000)),
            "mount": lambda: _failed(libc, libc.mount(b"x", b"/mnt", b"tmpfs", 0, None)),
            "limits of the parent": lambda: resource.prlimit(parent, resource.RLIMIT_CPU, (1, 1)),
        },
        plain,
    )
    assert got.pop("thread") == "RuntimeError" and got.pop("clone3") == "ENOSYS"
    assert set(got.values()) == {"EPERM"}, got
    assert os.waitpid(victim, os.WNOHANG) == (0, 0)
    os.kill(victim, signal.SIGKILL)
    os.waitpid(victim, 0)


@needs("user")
@pytest.mark.skipif(not ROOT, reason="only root can become another user")
def test_root_is_given_up():
    got = boxed({
        "user": lambda: [os.getresuid(), os.getresgid(), os.getgroups()],
        "back": lambda: os.setuid(0),
        "rights": lambda: sandbox._libc.prctl(23, 21, 0, 0, 0) and sandbox._libc.prctl(47, 1, 1, 0, 0),
    })  # fmt: skip
    assert got["user"] == [[65534] * 3, [65534] * 3, []]
    assert got["back"] == "EPERM"


@needs("memory")
def test_memory_output_and_time_end():
    assert boxed({"memory": lambda: len(bytearray(400 * 2**20))}) == {"memory": "MemoryError"}
    assert boxed({"memory": lambda: len(bytearray(100 * 2**20))}) == {"memory": 100 * 2**20}
    got = boxed({"output": lambda: [os.write(1, bytes(2**18)) for _ in range(9)]})
    assert got == {"output": "EFBIG"}
    started = time.monotonic()
    assert boxed({"loop": _forever}, limits=Limits(1, 300, 1)) == {}
    assert time.monotonic() - started < 30


def _forever() -> None:
    while True:
        with contextlib.suppress(BaseException):
            signal.signal(signal.SIGXCPU, signal.SIG_IGN)


@needs("processes")
def test_a_boxed_process_ends_with_its_judge_whatever_it_asks_for():
    mine, its = os.pipe()
    if (judge := os.fork()) == 0:
        box = sandbox.Box()
        if os.fork() == 0:
            try:
                box.enter(LIMITS, its, its, judge or os.getppid())
                sandbox._libc.prctl(1, 0, 0, 0, 0)
                os.write(its, b"!")
                time.sleep(60)
            finally:
                os._exit(0)
        time.sleep(60)
        os._exit(0)
    os.close(its)
    assert os.read(mine, 1) == b"!"
    os.kill(judge, signal.SIGKILL)
    os.waitpid(judge, 0)
    started = time.monotonic()
    assert select.select([mine], [], [], 30)[0]
    assert os.read(mine, 1) == b""  # the last writer is gone
    assert time.monotonic() - started < 10
    os.close(mine)


@pytest.mark.parametrize("machine", sandbox._AUDIT)
def test_each_jump_of_the_filter_ends_inside_it(machine):
    program = [
        struct.unpack("=HBBI", sandbox._filter(machine, 7)[i : i + 8])
        for i in range(0, len(sandbox._filter(machine, 7)), 8)
    ]
    for at, (code, so, not_so, _) in enumerate(program):
        if code in (sandbox._JEQ, sandbox._JGE, sandbox._JSET):
            assert at + 1 + max(so, not_so) < len(program)
    assert program[-1][0] == sandbox._RETURN


def decide(machine: str, number: int, *arguments: int, architecture: int | None = None) -> int:
    """What the filter says of a system call: the kernel's rules, in ten lines."""
    program = sandbox._filter(machine, 7)
    held = struct.pack(
        "=iIQ6Q",
        number,
        architecture or sandbox._AUDIT[machine][0],
        0,
        *arguments,
        *[0] * (6 - len(arguments)),
    )
    at, value = 0, 0
    while True:
        code, so, not_so, k = struct.unpack("=HBBI", program[8 * at : 8 * at + 8])
        if code == sandbox._RETURN:
            return k
        if code == sandbox._LOAD:
            value, jump = struct.unpack_from("=I", held, k)[0], 0
        else:
            true = {sandbox._JEQ: value == k, sandbox._JGE: value >= k, sandbox._JSET: bool(value & k)}[code]
            jump = so if true else not_so
        at += 1 + jump


@pytest.mark.parametrize(("machine", "column"), [("x86_64", 0), ("aarch64", 1)])
def test_the_filter_forbids_what_it_lists_and_nothing_else(machine, column):
    for name, numbers in sandbox._FORBIDDEN.items():
        if numbers[column]:
            assert decide(machine, numbers[column]) == sandbox._EPERM, name
    listed = {
        n[column]
        for table in (sandbox._FORBIDDEN, sandbox._ABSENT, sandbox._ON_ONESELF)
        for n in table.values()
    }
    listed |= {n[column] for n in (sandbox._OPEN, sandbox._OPENAT, sandbox._CLONE)}
    listed |= {numbers[column] for numbers, _, _ in sandbox._COMMANDS.values()}
    assert all(decide(machine, n, 2**32 - 100) == sandbox._ALLOW for n in range(1, 470) if n not in listed)
    names = {n: [k for k, v in sandbox._FORBIDDEN.items() if v[column] == n] for n in listed if n}
    assert all(len(found) <= 1 for found in names.values()), names
    kill, limit = (sandbox._ON_ONESELF[n][column] for n in ("kill", "prlimit64"))
    assert [decide(machine, kill, p) == sandbox._ALLOW for p in (7, 8, 0, 2**32 - 1)] == [
        True,
        False,
        False,
        False,
    ]
    assert [decide(machine, limit, p) == sandbox._ALLOW for p in (7, 8, 0)] == [True, False, True]
    openat, clone = sandbox._OPENAT[column], sandbox._CLONE[column]
    assert decide(machine, openat, 0, 0, os.O_RDONLY | os.O_CLOEXEC) == sandbox._ALLOW
    for flags in (os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC):
        assert decide(machine, openat, 0, 0, flags) == sandbox._EPERM
    assert decide(machine, clone, 0x10000 | 0x100) == sandbox._ALLOW
    assert decide(machine, clone, 17) == sandbox._EPERM
    fcntl, prctl = (sandbox._COMMANDS[name][0][column] for name in ("fcntl", "prctl"))
    allowed = [c for c in (*range(20), 1024, 1030) if decide(machine, fcntl, 3, c) == sandbox._ALLOW]
    assert allowed == [c for c in (*range(20), 1030) if c not in (8, 10, 15)]
    assert [c for c in range(70) if decide(machine, prctl, c, 0) == sandbox._EPERM] == [1, 4]
    assert decide(machine, 1, architecture=1) == sandbox._KILL
    if machine == "x86_64":
        assert decide(machine, 0x40000000 | 41) == sandbox._EPERM
