"""`python -m exchange.embedded.run …`: the demonstration, the bare servers, or any command beside them.

demo [--port N] [--fresh]   everything, until Ctrl-C
serve                       PostgreSQL and Valkey for the tests, until Ctrl-C
-- COMMAND …                the servers while COMMAND runs, with DATABASE_URL and REDIS_URL in its environment
"""

import argparse
import os
import signal
import sys
from pathlib import Path

from exchange.embedded import processes
from exchange.embedded.demo import run_demo
from exchange.embedded.errors import CannotStart, StopAsked
from exchange.embedded.folder import REPOSITORY, DataFolder
from exchange.embedded.logs import say
from exchange.embedded.servers import running_servers, start_servers
from exchange.embedded.supervisor import Supervisor


def main(arguments: list[str]) -> int:
    """Run one of the three; returns the exit code."""
    command: list[str] = []
    if "--" in arguments:
        cut = arguments.index("--")
        arguments, command = arguments[:cut], arguments[cut + 1 :]
    options = _parser(bool(command)).parse_args(arguments)
    if options.with_parent:
        processes.die_with_parent(signal.SIGTERM, os.getppid())
    folder = DataFolder(Path(options.data))
    try:
        if command:
            return _beside_servers(folder, command)
        if options.what == "serve":
            return _serve(folder)
        return run_demo(folder, host=options.host, port=options.port, fresh=options.fresh)
    except CannotStart as error:
        say(f"Cannot start. {error}")
        return 1
    except StopAsked:
        say("Stopped.")
        return 0


def _parser(with_command: bool) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m exchange.embedded.run", description=__doc__)
    if not with_command:
        parser.add_argument("what", choices=["demo", "serve"])
    parser.add_argument("--data", default=os.environ.get("DATA_DIR") or str(REPOSITORY / ".data"))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--fresh", action="store_true", help="remove the demonstration's data first")
    parser.add_argument("--with-parent", action="store_true", help="stop when the process that started us ends")
    return parser


def _serve(folder: DataFolder) -> int:
    with Supervisor(folder) as supervisor:
        folder.announce(start_servers(supervisor, for_tests=True) | {"pid": str(os.getpid())})
        supervisor.watch()
    return 0


def _beside_servers(folder: DataFolder, command: list[str]) -> int:
    """Beside the servers of a running demonstration, if there is one, else beside our own."""
    folder.make()
    if folder.lock():
        folder.unlock()
    elif addresses := running_servers(folder):
        os.execvpe(command[0], command, os.environ | addresses)  # noqa: S606 - the caller's own command
    with Supervisor(folder) as supervisor:
        addresses = start_servers(supervisor)
        folder.announce(addresses)
        return supervisor.foreground(command, os.environ | addresses)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
