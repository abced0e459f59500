"""The one supervisor of a data folder: it owns every process as a child, restarts what dies, leaves nothing.

Single-threaded on purpose: the kernel's "parent died" signal is bound to the thread that forked.
"""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from types import FrameType, TracebackType

from exchange.embedded import processes
from exchange.embedded.errors import CannotStart, StopAsked
from exchange.embedded.folder import DataFolder
from exchange.embedded.logs import Logs, say
from exchange.embedded.program import Program

MARK = "YUTIANQI_SUPERVISED"  # in the environment of every child; its value is the data folder
_STEADY_SECONDS = 10.0  # a child that ran so long has started well
_LONGEST_WAIT = 10.0
_TRIES_BEFORE_READY = 3


@dataclass
class _Child:
    program: Program
    pid: int = 0  # 0: not running
    started: float = 0.0
    failures: int = 0
    due: float = 0.0  # when to start again
    once: bool = False  # a step: run to its end, never restarted
    code: int | None = None  # how it ended, negative for a signal


@dataclass
class Step:
    """A command under way."""

    title: str
    child: _Child


class Supervisor:
    """Use as a context: inside it children run, after it none does."""

    def __init__(self, folder: DataFolder) -> None:
        self.folder = folder
        self._logs = Logs(folder)
        self._children: list[_Child] = []
        self._stop_asked = False
        self._foreground = 0
        self._handlers: dict[int, object] = {}
        self._wake_read, self._wake_write = os.pipe()

    def __enter__(self) -> "Supervisor":
        self.folder.make()
        if not self.folder.lock():
            where = self.folder.announced().get("url", self.folder.root)
            raise CannotStart(f"It already runs: {where} (supervisor {self.folder.lock_holder()}). Stop that first.")
        processes.adopt_orphans()
        for end in (self._wake_read, self._wake_write):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
            self._handlers[number] = signal.signal(number, self._on_signal)
        self._end_leftovers()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self.folder.withdraw()
        self.folder.forget_socket_folder()
        signal.set_wakeup_fd(-1)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        os.close(self._wake_read)
        os.close(self._wake_write)
        self.folder.unlock()

    def start(self, program: Program) -> None:
        """Add a program to the table, start it, and tend all others until it is ready."""
        child = _Child(program)
        self._children.append(child)
        self._spawn(child)
        began = time.monotonic()
        told = began
        while not (child.pid and program.ready()):
            self._tend(0.05)
            now = time.monotonic()
            if child.failures >= _TRIES_BEFORE_READY or now - began > program.ready_seconds:
                raise CannotStart(
                    f"{program.name} does not start. The end of its log:\n{self._logs.tail(program.name)}"
                )
            if now - told > 5:
                told = now
                say(f"  … still waiting for {program.name} ({now - began:.0f} s)")

    def step(self, title: str, argv: list[str], environment: dict[str, str]) -> None:
        """Run a command to its end while the table is tended; raises `CannotStart` when it fails."""
        self.finish(self.begin(title, "steps", argv, environment))

    def begin(self, title: str, log: str, argv: list[str], environment: dict[str, str]) -> Step:
        """Begin a command beside what comes next; `finish` waits for it."""
        if title:
            say(f"• {title}")
        child = _Child(Program(name=log, argv=argv, environment=environment), once=True)
        self._children.append(child)
        self._spawn(child)
        return Step(title, child)

    def finish(self, step: Step) -> None:
        """Wait for the end of a step, with a sign of life; raises `CannotStart` when it failed."""
        name = step.child.program.name
        told = time.monotonic()
        while step.child.code is None:
            self._tend(0.2)
            if time.monotonic() - told > 5:
                told = time.monotonic()
                say(f"  … {step.title} ({told - step.child.started:.0f} s) {self._logs.tail(name, 1).strip()}")
        self._children.remove(step.child)
        if step.child.code:
            raise CannotStart(
                f"{step.title}: ended with code {step.child.code}. The end of its log:\n{self._logs.tail(name)}"
            )

    def foreground(self, argv: list[str], environment: dict[str, str]) -> int:
        """Run a command that owns the terminal; Ctrl-C is its business. Returns its exit code."""
        child = _Child(Program(name=argv[0], argv=argv), once=True)
        popen = subprocess.Popen(argv, env=environment)
        popen.returncode = 0  # we reap it ourselves
        child.pid = self._foreground = popen.pid
        self._children.append(child)
        while child.code is None:
            self._tend(1.0)
        self._foreground = 0
        self._children.remove(child)
        return child.code if child.code >= 0 else 128 - child.code

    def watch(self) -> None:
        """Tend the table until somebody asks to stop, which raises `StopAsked`."""
        while True:
            self._tend(1.0)

    def stop(self) -> None:
        """Stop everything in reverse order: all programs, then the servers one by one, then any stray."""
        running = [child for child in reversed(self._children) if child.pid]
        self._end([child for child in running if not child.program.is_server])
        for child in running:
            if child.program.is_server:
                self._end([child])
        self._children.clear()
        self._end_strays()

    # -- inside

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGCHLD:
            return
        if not self._foreground:
            self._stop_asked = True
        elif number != signal.SIGINT:
            processes.send(self._foreground, number)

    def _tend(self, seconds: float) -> None:
        """Sleep until a signal or so long; reap; start again what is due. Raises `StopAsked`."""
        if not self._stop_asked:
            due = [child.due - time.monotonic() for child in self._children if not child.pid and not child.once]
            self._sleep(max(0.0, min([seconds, *due])))
        self._reap()
        if self._stop_asked:
            raise StopAsked
        for child in self._children:
            if not child.pid and not child.once and child.due <= time.monotonic():
                self._spawn(child)

    def _sleep(self, seconds: float) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._wake_read, selectors.EVENT_READ)
            if selector.select(seconds):
                os.read(self._wake_read, 4096)

    def _launch(self, program: Program) -> int:
        parent = os.getpid()

        def in_child() -> None:
            program.become()
            processes.die_with_parent(program.on_orphan, parent)

        with self._logs.open(program.name, " ".join(program.argv[:4])) as log:
            popen = subprocess.Popen(
                program.argv,
                cwd=program.folder,
                env=program.environment | {MARK: str(self.folder.root)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=in_child,
            )
        popen.returncode = 0  # we reap it ourselves
        return popen.pid

    def _spawn(self, child: _Child) -> None:
        child.program.prepare()
        child.pid = self._launch(child.program)
        child.started = time.monotonic()

    def _reap(self) -> None:
        """Take the exit of every dead child."""
        while True:
            try:
                dead = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if dead is None:
                return
            self._bury(dead.si_pid)

    def _bury(self, pid: int) -> None:
        child = next((one for one in self._children if one.pid == pid), None)
        if child is not None:
            _kill_with_group(pid)  # before it is reaped, while the number is still its own
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if child is not None:  # else an orphan that the kernel gave to us
            self._note_death(child, code)

    def _note_death(self, child: _Child, code: int) -> None:
        now = time.monotonic()
        child.pid = 0
        child.code = code
        child.failures = 1 if now - child.started > _STEADY_SECONDS else child.failures + 1
        child.due = now + min(_LONGEST_WAIT, 0.1 * 2**child.failures)
        if not self._stop_asked and not child.once:
            how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
            say(f"! {child.program.name} {how}; starting it again (log: {self._logs.place(child.program.name)})")

    def _end(self, children: Iterable[_Child]) -> None:
        """Ask each to stop, wait as long as the slowest may take, kill the rest."""
        waiting = [child for child in children if child.pid]
        for child in waiting:
            processes.send(child.pid, child.program.stop_signal)
        end = time.monotonic() + max((child.program.stop_seconds for child in waiting), default=0.0)
        self._stop_asked = True  # from here on nothing is started again
        while any(child.pid for child in waiting):
            if time.monotonic() > end:
                for child in waiting:
                    if child.pid:
                        _kill_with_group(child.pid)
            self._sleep(0.05)
            self._reap()

    def _end_strays(self) -> None:
        """Orphans became our children, so no process that we caused can hide from this."""
        end = time.monotonic() + 5
        while (strays := processes.descendants_of(os.getpid())) and time.monotonic() < end:
            for pid in strays:
                processes.send(pid, signal.SIGKILL)
            self._sleep(0.05)
            self._reap()
        self._reap()

    def _end_leftovers(self) -> None:
        """What a killed supervisor left running is ended before anything starts; servers see to their own."""
        for number, seconds in ((signal.SIGTERM, 2.0), (signal.SIGKILL, 5.0)):
            left = [pid for pid in processes.with_environment(MARK, str(self.folder.root)) if not _is_server(pid)]
            for pid in left:
                processes.send(pid, number)
            processes.wait_gone(left, seconds)


def _kill_with_group(pid: int) -> None:
    """A child leads a group of its own, except a command in the foreground, which shares ours."""
    processes.send(pid, signal.SIGKILL)
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _is_server(pid: int) -> bool:
    return processes.name_of(pid) in {"postgres", "valkey-server"}
