"""What a hostile answer to forward.q_step may try, by name: its cell, and what its row may say.

PLACE stands for a folder of the instructor's, with a submission in it; FORK for one more process.
"""

from __future__ import annotations

from dataclasses import dataclass

RIGHT = """
def q_step(x_prev, t, eps, schedule):
    beta_t = schedule.beta[t].reshape(-1, 1, 1, 1).to(x_prev.dtype)
    return (1 - beta_t) ** 0.5 * x_prev + beta_t**0.5 * eps
"""
WRONG = """
def q_step(x_prev, t, eps, schedule):
    return x_prev
"""


@dataclass(frozen=True)
class Hostile:
    """A cell; the statuses and reasons that its row may have; whether it is a right answer all the same."""

    source: str
    status: str
    reasons: tuple[str, ...] = ()
    passes: bool = False


def inside(*lines: str, before: str = "") -> str:
    """A cell whose function runs ``lines`` and then answers wrongly."""
    body = "\n".join(f"    {line}" for line in lines)
    return f"{before}\ndef q_step(x_prev, t, eps, schedule):\n{body}\n    return x_prev\n"


def above(*lines: str, answer: str = WRONG) -> str:
    """A cell that runs ``lines`` before it defines an answer."""
    return "\n".join(lines) + "\n" + answer


_SWALLOWS = """
def ask(what):
    try:
        return what()
    except BaseException:
        return None
"""
_FIND = "fd = [n for n in range(3, 64) if ask(lambda: os.fstat(n))]"
_FORGED = """
import json, os, struct
def tell(message, numbers=b""):
    text = json.dumps(message).encode()
    for n in fd:
        ask(lambda: os.write(n, struct.pack("!II", len(text), len(numbers)) + text + numbers))
"""
_EVIL = "b\"cos\\nsystem\\n(S'touch PLACE/pickled'\\ntR.\""
_REFERENCE = ("solution",)
_ENDED = ("exit", "crash")

HOSTILE = {
    # leaving
    "exit_above": Hostile(above("import sys", "sys.exit()", answer=RIGHT), "failed", ("exit",)),
    "exit_inside": Hostile(inside("raise SystemExit"), "failed", ("exit",)),
    "os_exit_above": Hostile(above("import os", "os._exit(0)", answer=RIGHT), "stopped", ("exit",)),
    "os_exit_inside": Hostile(inside("import os", "os._exit(0)"), "stopped", ("exit",)),
    "os_abort": Hostile(inside("import os", "os.abort()"), "stopped", ("crash",)),
    "segfault": Hostile(inside("import ctypes", "ctypes.string_at(0)"), "stopped", ("crash",)),
    "interrupt": Hostile(inside("raise KeyboardInterrupt"), "failed"),
    "interrupt_above": Hostile(above("raise KeyboardInterrupt"), "failed", ("definition",)),
    # time
    "loop": Hostile(inside("while True: pass"), "stopped", ("time",)),
    "loop_above": Hostile(above("while True: pass"), "stopped", ("time",)),
    "loop_swallows": Hostile(
        inside("while True:", "    try:", "        while True: pass", "    except BaseException: pass"),
        "stopped",
        ("time",),
    ),
    "loop_ignores_signals": Hostile(
        inside(
            "import signal", "for n in (2, 14, 15, 24): signal.signal(n, signal.SIG_IGN)", "while True: pass"
        ),
        "stopped",
        ("time",),
    ),
    "loop_in_c": Hostile(inside("sum(range(10**13))"), "stopped", ("time",)),
    "loop_in_torch": Hostile(
        inside("while True: torch.ones(900, 900) @ torch.ones(900, 900)"), "stopped", ("time",)
    ),
    "loop_in_del": Hostile(
        inside("Last()", before="class Last:\n    def __del__(self):\n        while True: pass"),
        "stopped",
        ("time",),
    ),
    "loop_in_str": Hostile(
        inside(
            "raise Long", before="class Long(Exception):\n    def __str__(self):\n        while True: pass"
        ),
        "stopped",
        ("time",),
    ),
    "sleep": Hostile(inside("import time", "time.sleep(10**6)"), "stopped", ("time",)),
    # memory, output
    "memory": Hostile(inside("bytearray(20 * 2**30)"), "failed", ("memory",)),
    "memory_above": Hostile(above("held = bytearray(20 * 2**30)"), "failed", ("memory", "definition")),
    "memory_torch": Hostile(
        inside("torch.ones(20 * 2**30 // 8, dtype=torch.float64)"), "failed", ("memory",)
    ),
    "memory_bit_by_bit": Hostile(
        inside("held = []", "while True: held.append(torch.empty(2**25))"), "failed", ("memory",)
    ),
    "memory_swallowed": Hostile(
        _SWALLOWS + inside("held = []", "while True: ask(lambda: held.append(bytearray(2**24)))"),
        "stopped",
        ("time", "memory", "crash"),
    ),
    "output_above": Hostile(above("for n in range(1024): print('x' * 2**20)"), "failed", ("output",)),
    "output_inside": Hostile(
        inside("import os", "for n in range(1024): os.write(1, b'x' * 2**20)"), "failed", ("output",)
    ),
    "output_hushed": Hostile(inside("for n in range(64): print('x' * 2**20)"), "failed"),
    "files_many": Hostile(inside("import os", "held = [os.pipe() for n in range(10**4)]"), "failed"),
    # processes
    "fork_bomb": Hostile(inside("import os", "while True: os.fork()"), "failed", ("processes",)),
    "fork_swallowed": Hostile(
        "import os\n" + _SWALLOWS + inside("for n in range(100): ask(os.fork)"), "failed", ("processes",)
    ),
    "threads": Hostile(
        inside(
            "import threading, time", "while True: threading.Thread(target=time.sleep, args=(99,)).start()"
        ),
        "failed",
        ("processes",),
    ),
    "system": Hostile(inside("import os", "os.system('touch PLACE/system')"), "failed", ("processes",)),
    "subprocess": Hostile(
        inside("import subprocess", "subprocess.run(['touch', 'PLACE/subprocess'])"),
        "failed",
        ("processes", "files"),
    ),
    "multiprocessing": Hostile(
        inside("import multiprocessing", "multiprocessing.get_context('fork').Process(target=print).start()"),
        "failed",
        ("processes", "files", "network"),
    ),
    "raw_fork": Hostile(
        inside("import ctypes", "ctypes.CDLL(None).fork()", "ctypes.CDLL(None).syscall(56, 17, 0, 0, 0, 0)"),
        "failed",
    ),
    "kill_parent": Hostile(inside("import os", "os.kill(os.getppid(), 9)"), "failed", ("processes",)),
    "kill_all": Hostile(
        "import ctypes, os\n"
        + _SWALLOWS
        + inside(
            "for n in (os.getppid(), -1, 0, -os.getppid()):",
            "    ask(lambda: os.kill(n, 9))",
            "    ctypes.CDLL(None).kill(n, 9)",
            "libc = ctypes.CDLL(None)",
            "for n in {*range(2, 2**15)} - {os.getpid()}: libc.kill(n, 9)",
        ),
        "failed",
        ("processes",),
    ),
    "starve_parent": Hostile(
        "import os, resource\n"
        + _SWALLOWS
        + inside(
            "ask(lambda: resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (0, 0)))",
            "ask(lambda: os.setpriority(os.PRIO_PROCESS, os.getppid(), 19))",
            "ask(lambda: os.sched_setaffinity(os.getppid(), {0}))",
            "resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (0, 0))",
        ),
        "failed",
    ),
    "signal_by_file": Hostile(
        inside("import fcntl, os", "a, b = os.pipe()", "fcntl.fcntl(a, fcntl.F_SETOWN, os.getppid())"),
        "failed",
    ),
    "memory_of_parent": Hostile(
        inside("import os", "open(f'/proc/{os.getppid()}/mem', 'r+b')"), "failed", ("files",)
    ),
    "memory_of_parent_read": Hostile(
        inside("import os", "open(f'/proc/{os.getppid()}/mem', 'rb')"), "failed"
    ),
    "ptrace": Hostile(
        inside(
            "import ctypes, os",
            "libc = ctypes.CDLL(None)",
            "got = libc.ptrace(16, os.getppid(), 0, 0)",
            "if got == 0: os._exit(3)",
        ),
        "failed",
    ),
    "lives_on": Hostile(  # to be left behind, were its judge killed
        inside("import ctypes, os", "if ctypes.CDLL(None).prctl(1, 0, 0, 0, 0) == 0: os._exit(3)"), "failed"
    ),
    "opens_itself": Hostile(
        inside("import ctypes, os", "if ctypes.CDLL(None).prctl(4, 1, 0, 0, 0) == 0: os._exit(3)"), "failed"
    ),
    "stops_itself": Hostile(
        inside("import os, signal", "os.kill(os.getpid(), signal.SIGSTOP)"), "stopped", ("time",)
    ),
    "ends_its_thread": Hostile(
        inside(
            "import ctypes, platform",
            "ctypes.CDLL(None).syscall(60 if platform.machine() == 'x86_64' else 93, 0)",
        ),
        "stopped",
        ("exit",),
    ),
    # network
    "tcp": Hostile(
        inside("import socket", "socket.create_connection(('127.0.0.1', 9))"), "failed", ("network",)
    ),
    "tcp_made": Hostile(inside("import socket", "socket.socket()"), "failed", ("network",)),
    "udp": Hostile(
        inside("import socket", "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)"), "failed", ("network",)
    ),
    "unix": Hostile(inside("import socket", "socket.socket(socket.AF_UNIX)"), "failed", ("network",)),
    "pair": Hostile(inside("import socket", "socket.socketpair()"), "failed"),
    "urlopen": Hostile(
        inside("import urllib.request", "urllib.request.urlopen('http://127.0.0.1:9')"),
        "failed",
        ("network",),
    ),
    # files
    "write_there": Hostile(inside("open('PLACE/written', 'w').write('x')"), "failed", ("files",)),
    "write_here": Hostile(inside("open('written', 'w').write('x')"), "failed", ("files",)),
    "write_home": Hostile(
        inside("import pathlib", "pathlib.Path.home().joinpath('written').write_text('x')"),
        "failed",
        ("files",),
    ),
    "other_submission": Hostile(inside("open('PLACE/other.ipynb', 'a').write('x')"), "failed", ("files",)),
    "other_submission_gone": Hostile(
        "import os\n"
        + _SWALLOWS
        + inside(
            "ask(lambda: os.remove('PLACE/other.ipynb'))",
            "ask(lambda: os.truncate('PLACE/other.ipynb', 0))",
            "ask(lambda: os.rename('PLACE/other.ipynb', 'PLACE/x'))",
            "ask(lambda: os.chmod('PLACE/other.ipynb', 0))",
            "ask(lambda: os.utime('PLACE/other.ipynb', (0, 0)))",
            "ask(lambda: os.symlink('PLACE/other.ipynb', 'PLACE/link'))",
            "ask(lambda: os.link('PLACE/other.ipynb', 'PLACE/link'))",
            "ask(lambda: os.mkdir('PLACE/folder'))",
            "import shutil",
            "shutil.rmtree('PLACE')",
        ),
        "failed",
        ("files",),
    ),
    "other_submission_read": Hostile(inside("open('PLACE/other.ipynb').read()"), "failed", ("files",)),
    "watches_others": Hostile(
        inside("import ctypes, os", "if ctypes.CDLL(None).inotify_init1(0) >= 0: os._exit(3)"), "failed"
    ),
    "output_again": Hostile(
        inside(
            "import os",
            "for n in range(50): os.write(1, bytes(2**19)), os.ftruncate(1, 0), os.lseek(1, 0, 0)",
        ),
        "failed",
    ),
    "pickle": Hostile(inside("import pickle", f"pickle.loads({_EVIL})"), "failed", ("processes",)),
    "pickle_above": Hostile(above("import pickle", f"pickle.loads({_EVIL})"), "failed", ("processes",)),
    # the reference
    "calls_it": Hostile(
        "from course_lib import forward\n"
        "def q_step(x_prev, t, eps, schedule):\n    return forward.q_step(x_prev, t, eps, schedule)\n",
        "failed",
        _REFERENCE,
    ),
    "is_it": Hostile("from course_lib.forward import q_step", "failed", _REFERENCE),
    "is_imported": Hostile("q_step = __import__('course_lib.forward').forward.q_step", "failed", _REFERENCE),
    "getsource": Hostile(
        "import inspect, course_lib.forward\n"
        "exec('from __future__ import annotations\\n' + inspect.getsource(course_lib.forward))",
        "failed",
        _REFERENCE,
    ),
    "reads_file": Hostile(
        "import course_lib.forward\nexec(open(course_lib.forward.__file__).read())", "failed", _REFERENCE
    ),
    "reads_file_raw": Hostile(
        "import os, course_lib.forward\n"
        "fd = os.open(course_lib.forward.__file__.encode(), os.O_RDONLY)\nexec(os.read(fd, 10**6))",
        "failed",
        _REFERENCE,
    ),
    "reads_notebook": Hostile(
        "import course_lib, pathlib\nroot = pathlib.Path(course_lib.__file__).parents[1]\n"
        "text = (root / 'notebooks/source/02_forward.py').read_text()\n"
        "exec(text[text.index('def q_step'):text.index('### END SOLUTION')])",
        "failed",
        ("files",),
    ),
    "reload": Hostile(
        "import importlib, course_lib.forward\nq_step = importlib.reload(course_lib.forward).q_step",
        "failed",
        _REFERENCE,
    ),
    "loader": Hostile(
        "import course_lib.forward as f\nexec(f.__loader__.get_code('course_lib.forward'))",
        "failed",
        _REFERENCE,
    ),
    "exercises": Hostile(
        "from course_lib.exercises import EXERCISES\nq_step = EXERCISES['forward.q_step'].reference",
        "failed",
        _REFERENCE,
    ),
    "exercises_module": Hostile(
        "from course_lib.exercises.chapter_02 import Q_STEP\nq_step = Q_STEP.reference", "failed", _REFERENCE
    ),
    "solution": Hostile("exec(solution('forward.q_step').source)", "failed", ("solution",)),
    "gc": Hostile(
        "import gc\n"
        "found = [o for o in gc.get_objects() if type(o).__name__ == 'Exercise']\n"
        "found = [o for o in found if o.name == 'forward.q_step']\n"
        "q_step = found[0].reference if found else None",
        "failed",
        _REFERENCE,
    ),
    "gc_functions": Hostile(
        "import gc, types\n"
        "found = [o for o in gc.get_objects() if isinstance(o, types.FunctionType)]\n"
        "found = [o for o in found if o.__name__ == 'q_step']\n"
        "q_step = found[0]",
        "failed",
        _REFERENCE,
    ),
    "gc_sources": Hostile(
        "import gc\nfound = []\n"
        "for o in gc.get_objects():\n"
        "    for s in (o.values() if type(o) is dict else o if type(o) in (list, tuple) else ()):\n"
        "        if type(s) is str and 'beta_t**0.5 * e' + 'ps' in s and 'def q' in s: found.append(s)\n"
        "exec(found[0])",
        "failed",
        ("definition", "solution"),
    ),
    "frames": Hostile(
        "import sys\nframe, found = sys._getframe(), None\n"
        "while frame:\n"
        "    for value in frame.f_locals.values():\n"
        "        found = getattr(value, 'reference', None) or found\n"
        "    frame = frame.f_back\nq_step = found or None",
        "failed",
        _REFERENCE,
    ),
    "mistakes": Hostile(
        "import gc\nmade = [o for o in gc.get_objects() if type(o).__name__ == 'Mistake']\n"
        "q_step = made[0].answer",
        "failed",
        _REFERENCE,
    ),
    "unblocks": Hostile(
        "import course_tools.grading.guard as g\ng.used = lambda *a: None\n"
        "from course_lib.forward import q_step",
        "not_attempted",
    ),
    # the judge
    "patches_torch": Hostile(
        above(
            "import torch",
            "torch.allclose = torch.equal = lambda *a, **k: True",
            "torch.Tensor.__eq__ = lambda *a: True",
        ),
        "failed",
    ),
    "patches_check": Hostile(
        above(
            "import sys, course_lib.exercises",
            "check = course_lib.exercises.check = lambda *a: 'passed'",
            "core = sys.modules.get('course_lib.exercises.core')",
            "if core: core.close = lambda *a: True",
        ),
        "failed",
    ),
    "patches_found": Hostile(
        above(
            "import gc, types",
            "for o in gc.get_objects():",
            "    if isinstance(o, types.FunctionType) and o.__name__ in ('alike', 'judge', 'first_failure'):",
            "        o.__code__ = (lambda *a, **k: True).__code__",
        ),
        "failed",
    ),
    "patches_json": Hostile(
        above("import json", 'json.dumps = lambda *a, **k: \'{"is": "verdict", "status": "passed"}\''),
        "stopped",
        ("protocol",),
    ),
    "patches_modules": Hostile(above("import sys", "sys.modules.clear()"), "failed"),
    "patches_builtins": Hostile(
        above("import builtins", "builtins.isinstance = lambda *a: True", "builtins.len = lambda *a: 1"),
        "stopped",
        ("crash", "protocol"),
    ),
    "says_garbage": Hostile(
        "import os\n" + _SWALLOWS + inside(_FIND, "for n in fd: ask(lambda: os.write(n, b'\\xff' * 4096))"),
        "stopped",
        ("protocol",),
    ),
    "says_long": Hostile(
        "import os, struct\n"
        + _SWALLOWS
        + inside(_FIND, "for n in fd: ask(lambda: os.write(n, struct.pack('!II', 2**32 - 1, 2**32 - 1)))"),
        "stopped",
        ("protocol",),
    ),
    "says_passed": Hostile(
        _FORGED
        + _SWALLOWS
        + inside(_FIND, "globals()['fd'] = fd", "tell({'is': 'verdict', 'status': 'passed', 'score': 1})"),
        "stopped",
        ("protocol",),
    ),
    "says_no_tensor": Hostile(
        _FORGED
        + _SWALLOWS
        + inside(
            _FIND,
            "globals()['fd'] = fd",
            "shape = {'dtype': 'float64', 'shape': [10**12], 'grad': False, 'meta': False}",
            "tell({'is': 'outcome', 'kind': 'answer', 'detail': '', 'error': '', 'changed': None,"
            " 'grad': True,"
            " 'dtype': 'float64', 'noted': [], 'value': {'tensor': shape}}, b'12345678')",
        ),
        "stopped",
        ("protocol",),
    ),
    "says_half": Hostile(
        "import os, time\n"
        + _SWALLOWS
        + inside(_FIND, "for n in fd: ask(lambda: os.write(n, b'\\0\\0'))", "time.sleep(10**6)"),
        "stopped",
        ("time",),
    ),
    "says_reason": Hostile(
        above("from course_tools.grading import guard", "guard.noted.append('crash')"),
        "stopped",
        ("protocol",),
    ),
    "says_no_reason": Hostile(
        above("from course_tools.grading import guard", "guard.noted.append(['solution'])"),
        "stopped",
        ("protocol",),
    ),
    "hangs_up": Hostile(inside("import os", "os.closerange(3, 64)"), "stopped", _ENDED),
    # odd answers
    "subclass": Hostile(
        "class Odd(torch.Tensor):\n"
        "    @classmethod\n    def __torch_function__(cls, *a, **k): raise SystemExit\n"
        "    def __reduce__(self): return eval, ('1/0',)\n"
        "def q_step(x_prev, t, eps, schedule):\n    return x_prev.as_subclass(Odd)\n",
        "failed",
        ("exit",),
    ),
    "subclass_right": Hostile(
        "class Odd(torch.Tensor):\n    def __reduce__(self): return eval, ('1/0',)\n"
        + RIGHT.replace("return (1", "return torch.Tensor.as_subclass((1").replace("* eps", "* eps, Odd)"),
        "passed",
        passes=True,
    ),
    "false_class": Hostile(
        "class Odd:\n    __class__ = torch.Tensor\n    def __eq__(self, other): return True\n"
        "    def __getattr__(self, name): return lambda *a, **k: self\n"
        "    def __bool__(self): return True\n"
        "def q_step(x_prev, t, eps, schedule):\n    return Odd()\n",
        "failed",
    ),
    "callable_odd": Hostile(
        "class Odd(type):\n    def __call__(self, *a): return a[0]\n"
        "    def __eq__(self, other): return True\n"
        "    def __hash__(self): return 1\n"
        "class q_step(metaclass=Odd): pass\n",
        "failed",
    ),
    "huge_view": Hostile(inside("return torch.zeros(1).expand(10**12)"), "failed"),
    "huge_list": Hostile(inside("return [0] * 10**7"), "failed"),
    "deep_list": Hostile(inside("a = []", "for n in range(10**4): a = [a]", "return a"), "failed"),
    "deep_recursion": Hostile(
        inside("import sys", "sys.setrecursionlimit(10**9)", "f = lambda n: f(n + 1)", "f(0)"),
        "stopped",
        ("crash", "memory", "time"),
    ),
    "long_name": Hostile(inside("raise type('x' * 10**6, (Exception,), {})('y' * 10**7)"), "failed"),
    "half_character": Hostile(inside("raise ValueError('\\ud800 <script>alert(1)</script>')"), "failed"),
    "turned_round": Hostile(
        inside("raise ValueError('\u202edessap\u2066\u200b\u2028 \x1b[2J\x1b]0;mine\x07')"), "failed"
    ),
    "says_where": Hostile(inside("raise ValueError(object())"), "failed"),
    "nul": Hostile("\0" + RIGHT, "failed", ("definition", "syntax")),
    "deep_source": Hostile(
        "x = " + "(" * 10**4 + ")" * 10**4 + RIGHT, "failed", ("syntax", "memory", "definition")
    ),
    "no_text": Hostile("", "failed", ("definition",)),
    "no_python": Hostile("def q_step(:\n", "failed", ("syntax",)),
    "other_name": Hostile(RIGHT.replace("q_step", "qstep"), "failed", ("definition",)),
    "no_function": Hostile("q_step = 3", "failed"),
    # what looks hostile and is not
    "magic": Hostile("%matplotlib inline\n!ls\n" + RIGHT, "passed", passes=True),
    "magic_above": Hostile("%%time\n" + RIGHT, "passed", passes=True),
    "from_windows": Hostile(RIGHT.replace("\n", "\r\n"), "passed", passes=True),
    "looks_after": Hostile(
        RIGHT + "\ncheck('forward.q_step', q_step)\nsolution('forward.q_step')\n", "passed", passes=True
    ),
    "tries_first": Hostile(
        _SWALLOWS + "ask(lambda: open('PLACE/tried', 'w'))\nfrom course_lib import forward\n"
        "ask(lambda: forward.q_step(1, 2, 3, 4))\n" + RIGHT,
        "passed",
        passes=True,
    ),
    "error_below": Hostile(RIGHT + "\nq_step(1)\n", "passed", passes=True),
    "imports_new": Hostile("import statistics, wave, torch.distributions\n" + RIGHT, "passed", passes=True),
}
