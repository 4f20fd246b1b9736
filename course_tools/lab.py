"""`course lab`: JupyterLab on the welcome notebook, in the reader's language, on the learner's own copies."""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from course_lib import files, lang, progress
from course_tools import editions

SETTINGS = "settings.json"


def remembered(home: Path) -> str | None:
    """The language that the learner chose last time, or None."""
    language = editions.read_json(home / SETTINGS).get("language")
    return language if language in lang.LANGUAGES else None


def remember(home: Path, language: str) -> None:
    """Keep the learner's choice of language for the next start."""
    settings = editions.read_json(home / SETTINGS)
    if settings.get("language") != language:
        files.write_json(home / SETTINGS, settings | {"language": language}, "lab.write")


def ask(read: Callable[[str], str] = input) -> str:
    """Ask for a language, in all three at once, until one is named; English where the input ends."""
    names = [lang.text("lab.language_name", code) for code in lang.LANGUAGES]
    for code in lang.LANGUAGES:
        print(lang.text("lab.ask", code))
    menu = "   ".join(f"{i} {name} ({lang.LANGUAGES[i - 1]})" for i, name in enumerate(names, 1))
    answers = {str(i): code for i, code in enumerate(lang.LANGUAGES, 1)}
    answers |= {code: code for code in lang.LANGUAGES}
    answers |= {name.lower(): code for name, code in zip(names, lang.LANGUAGES, strict=True)}
    while True:
        try:
            answer = read(f"{menu} > ").strip().lower()
        except EOFError:
            return "en"
        if answer in answers:
            return answers[answer]


def choose(given: str | None, home: Path) -> tuple[str, bool]:
    """The language to open the course in, and whether it was a choice of the learner's (to be remembered).

    --lang, else COURSE_LANG, else what was chosen last time, else the locale, else the answer to a question;
    English, with a note, where nobody can be asked.
    """
    if given:
        return lang.check(given), True
    if named := lang.from_environment():
        return named, False
    known = remembered(home) or lang.from_locale()
    if known:
        return known, False
    if sys.stdin is not None and sys.stdin.isatty():
        return ask(), True
    print(lang.text("lab.nobody_to_ask", "en"), file=sys.stderr)
    return "en", False


def prepare(language: str, home: Path) -> list[str]:
    """Lay the chapters of every language under ``home``; the news. ValueError where that cannot be done.

    Every language, so that the links from one language to another work; the reader's comes first.
    """
    source = files.notebooks_folder()
    if not (source / language / editions.WELCOME).is_file():
        raise ValueError(lang.text("lab.not_built", folder=source / language))
    news = editions.lay(source / language, home / language)
    for other in lang.LANGUAGES:
        if other != language and (source / other).is_dir():
            news += editions.lay(source / other, home / other)
    if not os.access(home / language, os.W_OK):
        raise ValueError(lang.text("lab.write", path=home / language, problem=os.strerror(errno.EACCES)))
    return news


def check_port(port: int) -> None:
    """ValueError where this port of localhost is taken or may not be used."""
    for family, kind, protocol, _, address in socket.getaddrinfo("localhost", port, type=socket.SOCK_STREAM):
        try:
            with socket.socket(family, kind, protocol) as probe:
                if os.name == "posix":  # as the server itself does; elsewhere this would hide a busy port
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
        except OSError as problem:
            if problem.errno in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
                continue  # a machine without IPv6
            if problem.errno == errno.EADDRINUSE:
                raise ValueError(lang.text("lab.port_busy", port=port, next=port % 65535 + 1)) from None
            raise ValueError(lang.text("lab.port_refused", port=port, problem=problem.strerror)) from None


def arguments(language: str, home: Path, port: int | None, browser: bool) -> list[str]:
    """What JupyterLab is started with: the learner's folder, no calls to the network, one Ctrl-C to end."""
    given = [
        f"--ServerApp.root_dir={home}",
        f"--LabApp.default_url=/lab/tree/{language}/{editions.WELCOME}",
        f"--ServerApp.open_browser={browser}",
        # A workspace of our own: the shared one would try to reopen tabs of other folders.
        f"--LabApp.workspaces_dir={home / '.jupyterlab' / 'workspaces'}",
        "--ServerApp.answer_yes=True",
        "--ServerApp.log_level=WARN",
        "--LabApp.log_level=WARN",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
    ]
    if port is not None:
        given += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # a container: the token still guards the server
        given.append("--ServerApp.allow_root=True")
    return given


def run(
    given: str | None = None, folder: str | None = None, port: int | None = None, browser: bool = True
) -> int:
    """Open the course and return the exit status once JupyterLab has ended.

    given: the language asked for, if any; folder: the learner's folder instead of COURSE_HOME; port: exactly
    this one (None: the first free one from 8888). ValueError, in one sentence, where it cannot be done.
    """
    try:
        home = (Path(folder).expanduser() if folder else progress.home()).absolute()
    except RuntimeError:  # --dir ~somebody, whose home nobody knows
        raise ValueError(lang.text("lab.no_home", path=folder)) from None
    language, chosen = choose(given, home)
    lang.use(language)
    if port is not None:
        check_port(port)
    for sentence in prepare(language, home):
        print(sentence)
    if chosen:
        remember(home, language)
    # Defaults, not the learner's settings: JupyterLab would otherwise open by asking about its news.
    ours = [str(Path(__file__).parent / "jupyter"), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    os.environ.update(
        JUPYTER_CONFIG_PATH=os.pathsep.join(ours),
        COURSE_HOME=str(home),  # where the kernels keep the learner's progress
        COURSE_LANG=language,
        JUPYTER_PREFER_ENV_PATH="1",  # not a kernel of the same name in the user's folder
        PYDEVD_DISABLE_FILE_VALIDATION="1",  # a debugger's warning that no learner can use
    )
    print(lang.text("lab.starting", folder=home / language), flush=True)
    from jupyterlab.labapp import LabApp

    try:
        LabApp.launch_instance(arguments(language, home, port, browser))
    except SystemExit as end:
        if end.code:
            if port is not None:
                check_port(port)  # another program was quicker than our server: that is why
            return end.code if isinstance(end.code, int) else 1
    except KeyboardInterrupt:
        pass  # pressed before the server listens for it: nothing is lost
    print(lang.text("lab.ended", folder=home / language))
    return 0
