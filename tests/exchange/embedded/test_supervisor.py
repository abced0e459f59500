"""The supervisor's table with small real programs: one per folder, restarts, and nothing left behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from exchange.embedded import processes
from exchange.embedded.errors import CannotStart
from exchange.embedded.folder import REPOSITORY, DataFolder
from exchange.embedded.supervisor import MARK
from tests.exchange.embedded.conftest import Box, wait_until

SCRIPT = """
import sys
from pathlib import Path
from exchange.embedded.errors import CannotStart, StopAsked
from exchange.embedded.folder import DataFolder
from exchange.embedded.program import Program
from exchange.embedded.supervisor import Supervisor
try:
    with Supervisor(DataFolder(Path(sys.argv[1]))) as supervisor:
        for row in sys.argv[2:]:
            is_server = row.startswith(": server;")
            supervisor.start(Program(row.split()[0], ["sh", "-c", row], stop_seconds=2, is_server=is_server))
        print("all run", flush=True)
        supervisor.watch()
except StopAsked:
    print("stopped", flush=True)
except CannotStart as error:
    print(error, flush=True)
    raise SystemExit(1)
"""


def supervise(root: Path, *rows: str) -> "subprocess.Popen[str]":
    argv = [sys.executable, "-c", SCRIPT, str(root), *rows]
    return subprocess.Popen(argv, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def ours(root: Path) -> list[int]:
    return processes.with_environment(MARK, str(root.resolve()))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stop_leaves_neither_a_stubborn_child_nor_one_that_hid(tmp_path: Path, number: int) -> None:
    stubborn = "trap '' TERM; sleep 300 & wait; sleep 300"
    hidden = "setsid sh -c 'setsid sleep 300 & exec setsid sleep 300' & exec sleep 300"
    parent = supervise(tmp_path, stubborn, hidden)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "all run\n"
    wait_until(lambda: len(ours(tmp_path)) >= 5, "five processes")
    parent.send_signal(number)
    assert parent.wait(timeout=20) == 0
    assert ours(tmp_path) == []


def test_programs_stop_before_the_servers_they_use_and_those_in_reverse_order(tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    end = "trap 'sleep {wait}; echo {name} >> {diary}; exit' TERM; echo up >> {diary}; while :; do sleep 0.05; done"
    rows = [
        ": server; " + end.format(wait=0, name="postgres", diary=diary),
        ": server; " + end.format(wait=0.3, name="valkey", diary=diary),
        end.format(wait=0.6, name="web", diary=diary),
    ]
    parent = supervise(tmp_path, *rows)
    wait_until(lambda: lines(diary) == ["up"] * 3, "three programs listen to signals")
    parent.terminate()
    parent.wait(timeout=20)
    assert lines(diary)[3:] == ["web", "valkey", "postgres"]


def test_a_child_that_dies_is_started_again_with_longer_and_longer_pauses(tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    parent = supervise(tmp_path, f"date +%s%N >> {diary}; exit 3")
    wait_until(lambda: len(lines(diary)) >= 4, "four starts")
    parent.terminate()
    parent.wait(timeout=20)
    times = [int(line) / 1e9 for line in lines(diary)[:4]]
    pauses = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]
    assert pauses[0] >= 0.2
    assert pauses[2] >= 0.8
    assert pauses == sorted(pauses)


def test_what_a_killed_supervisor_left_is_ended_by_the_next(tmp_path: Path) -> None:
    first = supervise(tmp_path, "trap '' TERM; sleep 300; sleep 300")
    assert first.stdout is not None
    first.stdout.readline()
    left = ours(tmp_path)
    first.kill()
    first.wait()
    assert [pid for pid in left if processes.is_alive(pid)] != []
    second = supervise(tmp_path, "exec sleep 300")
    assert second.stdout is not None
    assert second.stdout.readline() == "all run\n"
    assert [pid for pid in left if processes.is_alive(pid)] == []
    second.terminate()
    assert second.wait(timeout=20) == 0


def test_a_second_supervisor_is_refused_in_words(tmp_path: Path) -> None:
    first = supervise(tmp_path, "exec sleep 300")
    assert first.stdout is not None
    first.stdout.readline()
    second = supervise(tmp_path, "exec sleep 300")
    output, _ = second.communicate(timeout=20)
    assert second.returncode == 1
    assert output == f"It already runs: {tmp_path} (supervisor {first.pid}). Stop that first.\n"
    assert len(ours(tmp_path)) == 1
    first.terminate()
    first.wait(timeout=20)


def test_a_command_runs_beside_servers_and_gives_its_exit_code(box: Box) -> None:
    code = "import os, psycopg; psycopg.connect(os.environ['DATABASE_URL']); raise SystemExit(7)"
    argv = [sys.executable, "-m", "exchange.embedded.run", "--data", str(box.folder.root)]
    bare = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    alone = subprocess.run([*argv, "--", sys.executable, "-c", code], cwd=REPOSITORY, env=bare, timeout=60)
    assert alone.returncode == 7
    assert box.servers() == []
    box.start()
    running = box.servers()
    beside = subprocess.run([*argv, "--", sys.executable, "-c", code], cwd=REPOSITORY, env=bare, timeout=60)
    assert beside.returncode == 7
    assert box.servers() == running


def test_data_of_another_user_is_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(CannotStart, match="belongs to another user"):
        DataFolder(tmp_path / ".data").make()
