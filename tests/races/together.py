"""Several acts at the same moment, each on a real connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import IntegrityError, OperationalError, connection

from exchange.errors import Refused


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """Run the acts on real connections of their own; return what became of each, sorted."""
    start = threading.Barrier(len(acts), timeout=10)

    def run(act: Callable[[], Any]) -> str:
        try:
            connection.ensure_connection()
            start.wait()
            act()
            return "done"
        except Refused as refused:
            return refused.code
        except IntegrityError as error:
            return str(error.__cause__.diag.constraint_name)
        except OperationalError as error:
            return str(error.__cause__.diag.message_primary)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))
