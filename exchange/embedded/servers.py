"""PostgreSQL and Valkey under a supervisor, as the two addresses that settings read.

Where DATABASE_URL or REDIS_URL is set, that server is one's own and nothing is started in its place.
"""

import os

from exchange.embedded.folder import DataFolder
from exchange.embedded.postgres import Postgres
from exchange.embedded.supervisor import Supervisor
from exchange.embedded.valkey import Valkey

ADDRESSES = ("DATABASE_URL", "REDIS_URL")


def start_servers(supervisor: Supervisor, for_tests: bool = False) -> dict[str, str]:
    """Start what is not given from outside; returns both addresses as environment variables."""
    folder = supervisor.folder
    addresses = {name: os.environ[name] for name in ADDRESSES if os.environ.get(name)}
    if "DATABASE_URL" not in addresses:
        postgres = Postgres(folder)
        supervisor.start(postgres.program())
        postgres.ensure_database()
        if for_tests:
            postgres.let_tests_tamper()
        addresses["DATABASE_URL"] = postgres.url
    if "REDIS_URL" not in addresses:
        valkey = Valkey(folder)
        supervisor.start(valkey.program())
        addresses["REDIS_URL"] = valkey.url
    return addresses


def running_servers(folder: DataFolder) -> dict[str, str]:
    """The addresses that a running supervisor announced, own ones first; empty when there is none."""
    announced = folder.announced()
    return {name: os.environ.get(name) or announced[name] for name in ADDRESSES if name in announced}


def end_leftovers(folder: DataFolder) -> None:
    """End servers that a killed supervisor left on this data; `start_servers` does it too, this is for before."""
    if not os.environ.get("DATABASE_URL"):
        Postgres(folder).end_leftovers()
    if not os.environ.get("REDIS_URL"):
        Valkey(folder).end_leftovers()
