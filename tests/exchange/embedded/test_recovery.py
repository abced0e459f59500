"""kill -9 of anything, stale files of any kind: the next start finds the data and leaves no process."""

import os
import signal
import subprocess
import sys

import psycopg
import redis

from exchange.embedded import processes
from tests.exchange.embedded.conftest import Box, wait_until


def write_one(box: Box, word: str) -> None:
    with psycopg.connect(box.addresses()["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS diary (word text PRIMARY KEY)")
        connection.execute("INSERT INTO diary VALUES (%s)", [word])


def has(box: Box, word: str) -> bool:
    with psycopg.connect(box.addresses()["DATABASE_URL"]) as connection:
        return connection.execute("SELECT 1 FROM diary WHERE word = %s", [word]).fetchone() is not None


def answers(box: Box) -> bool:
    try:
        psycopg.connect(box.addresses()["DATABASE_URL"], connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def cache(box: Box) -> redis.Redis:
    return redis.Redis.from_url(box.addresses()["REDIS_URL"])


def cache_answers(box: Box) -> bool:
    try:
        return bool(cache(box).ping())
    except redis.RedisError:
        return False


def test_a_stop_leaves_no_process_and_a_second_start_keeps_the_data(box: Box) -> None:
    box.start()
    write_one(box, "stop")
    running = box.servers()
    assert len(running) > 3
    assert box.stop() == 0
    assert [pid for pid in running if processes.is_alive(pid)] == []
    assert not (box.folder.run / "servers.json").exists()
    box.start()
    assert has(box, "stop")


def test_a_killed_postgres_is_started_again_with_every_committed_row(box: Box) -> None:
    box.start()
    write_one(box, "killed postgres")
    killed = box.postmaster()
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: not processes.is_alive(killed), "the postmaster dies")
    wait_until(lambda: answers(box), "PostgreSQL is started again")
    assert has(box, "killed postgres")
    assert box.postmaster() != killed
    assert "postgres was killed by SIGKILL; starting it again" in box.output.read_text()


def test_all_of_postgres_killed_at_once_is_started_again(box: Box) -> None:
    box.start()
    write_one(box, "all killed")
    killed = box.postgres()
    for pid in killed:
        processes.send(pid, signal.SIGKILL)
    wait_until(lambda: [pid for pid in killed if processes.is_alive(pid)] == [], "all die")
    wait_until(lambda: answers(box), "PostgreSQL is started again")
    assert has(box, "all killed")


def test_a_killed_valkey_is_started_again_on_the_same_address(box: Box) -> None:
    box.start()
    cache(box).set("word", "kept")
    wait_until(lambda: cache(box).info("persistence")["aof_pending_bio_fsync"] == 0, "the append is on disk")
    killed = box.valkey()
    assert len(killed) == 1
    os.kill(killed[0], signal.SIGKILL)
    wait_until(lambda: not processes.is_alive(killed[0]), "Valkey dies")
    wait_until(lambda: cache_answers(box), "Valkey is started again")
    assert cache(box).get("word") == b"kept"


def test_servers_end_by_themselves_when_the_supervisor_is_killed(box: Box) -> None:
    box.start()
    write_one(box, "orphans")
    box.kill()
    wait_until(lambda: box.servers() == [], "the servers follow their supervisor")
    box.start()
    assert has(box, "orphans")


def test_a_postmaster_that_outlived_its_supervisor_is_ended_before_the_next_start(box: Box) -> None:
    box.start()
    write_one(box, "outlived")
    survivor = box.postmaster()
    os.kill(survivor, signal.SIGSTOP)  # it cannot follow the order of the kernel now
    box.kill()
    assert processes.is_alive(survivor)
    subprocess.Popen(["sh", "-c", f"sleep 2; kill -CONT {survivor}"])
    box.start()
    assert not processes.is_alive(survivor)
    assert box.postmaster() != survivor
    assert has(box, "outlived")


def test_everything_killed_at_once_recovers(box: Box) -> None:
    box.start()
    write_one(box, "everything")
    victims = box.servers()
    box.kill()
    for pid in victims:
        processes.send(pid, signal.SIGKILL)
    wait_until(lambda: box.servers() == [], "all die")
    assert (box.folder.root / "postgres" / "postmaster.pid").exists()
    box.start()
    assert has(box, "everything")


def start_over_stale_pid(box: Box, pid: int) -> None:
    """Start on a pid file that names `pid`, as an earlier crash would have left it."""
    box.start()
    write_one(box, f"stale {pid}")
    lines = (box.folder.root / "postgres" / "postmaster.pid").read_text().split("\n")
    owner = (box.folder.root / "postgres").stat()
    box.stop()
    stale = box.folder.root / "postgres" / "postmaster.pid"
    stale.write_text("\n".join([str(pid), *lines[1:]]))
    os.chown(stale, owner.st_uid, owner.st_gid)
    box.start()
    assert box.postmaster() != pid
    assert has(box, f"stale {pid}")


def test_a_pid_file_of_a_dead_process_is_removed(box: Box) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    start_over_stale_pid(box, dead.pid)


def test_a_pid_file_of_a_zombie_is_removed(box: Box) -> None:
    zombie = subprocess.Popen(["true"])
    wait_until(lambda: not processes.is_alive(zombie.pid), "it has ended, and nobody has waited for it")
    os.kill(zombie.pid, 0)  # which a zombie still answers
    start_over_stale_pid(box, zombie.pid)
    zombie.wait()


def test_a_pid_file_of_a_stranger_is_removed_and_the_stranger_lives(box: Box) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    start_over_stale_pid(box, stranger.pid)
    assert processes.is_alive(stranger.pid)
    stranger.kill()
    stranger.wait()


def test_an_interrupted_initdb_is_begun_anew(box: Box) -> None:
    half = box.folder.root / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    if (box.folder.root / "postgres").exists():
        (box.folder.root / "postgres").rename(box.folder.root / "put-aside")
    box.start()
    assert answers(box)
    assert not half.exists()
    assert (box.folder.root / "postgres" / "postgresql.conf").exists()
