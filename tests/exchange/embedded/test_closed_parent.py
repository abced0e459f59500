"""A clone under a folder that only its owner may enter, and a clone that lies too deep for a socket."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from exchange.embedded import processes
from tests.exchange.embedded.conftest import Box

_CAP_DAC_READ_SEARCH = 1 << 2


def capabilities(pid: int) -> int:
    """The effective capabilities of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("CapEff:")[1].split()[0], 16)


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Box]:
    """A box two floors below a folder of mode 0700, under a name that no URL likes."""
    parent = tmp_path / "only mine"
    parent.mkdir(mode=0o700)
    deep = parent / ("very-long-" * 10)
    deep.mkdir()
    box = Box(deep / ".data")
    yield box
    if box.supervisor is not None and box.supervisor.poll() is None:
        box.stop()
    assert box.servers() == []


def test_a_closed_parent_is_entered_and_its_mode_is_left_alone(closed: Box) -> None:
    parents = [closed.folder.root.parents[n] for n in range(5)]
    before = [stat.S_IMODE(folder.stat().st_mode) for folder in parents]
    assert before[1] == 0o700
    closed.start()
    with psycopg.connect(closed.addresses()["DATABASE_URL"]) as connection:
        (version,) = connection.execute("SELECT current_setting('server_version_num')::int").fetchone()
        connection.execute("CREATE EXTENSION pg_trgm")
        (trigrams,) = connection.execute("SELECT show_trgm('农村产权')").fetchone()
    assert version // 10000 == 18
    assert len(trigrams) == 5, "Chinese characters count as letters"
    assert closed.stop() == 0
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in parents] == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_root_runs_postgres_as_somebody_else_with_one_capability_at_most(closed: Box) -> None:
    closed.start()
    pid = closed.postmaster()
    owner = os.stat(f"/proc/{pid}").st_uid
    assert owner != 0
    assert (closed.folder.root / "postgres").stat().st_uid == owner
    assert capabilities(pid) == _CAP_DAC_READ_SEARCH
    assert {capabilities(one) for one in closed.postgres()} == {_CAP_DAC_READ_SEARCH}


def test_the_short_socket_folder_is_private_and_gone_after_the_stop(closed: Box) -> None:
    closed.start()
    short = Path((closed.folder.run / "socket-folder").read_text())
    assert len(str(short / ".s.PGSQL.5432")) < 107
    assert stat.S_IMODE(short.stat().st_mode) == 0o700
    assert processes.is_alive(closed.postmaster())
    closed.stop()
    assert not short.exists()
