"""`manage.py close_auctions`: the closer, a process of its own; any number may run beside each other."""

from __future__ import annotations

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, connection

from exchange.checks import refuse_unsafe_start
from exchange.errors import Refused
from listings.auctions.services import closing, reporting

log = logging.getLogger(__name__)
REST_S = 0.2
REST_AFTER_FAULT_S = 1.0


class Command(BaseCommand):
    help = "Open and close halls within a quarter of a second of their time and report their prices, until SIGTERM."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="look once and end")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_unsafe_start()
        stop = threading.Event()
        if threading.current_thread() is threading.main_thread():
            for signum in (signal.SIGTERM, signal.SIGINT):
                signal.signal(signum, lambda *_: stop.set())
        while not stop.is_set():
            rest = self.look()
            if options["once"]:
                return
            stop.wait(rest)

    def look(self) -> float:
        """Open and close what is due, report the prices; return how long to rest. An absent database is waited for."""
        try:
            opened, closed = closing.open_due(), closing.close_due()
            reporting.report_moved()
        except (Error, Refused) as error:
            log.warning("halls have to wait: %s", error)
            connection.close()
            return REST_AFTER_FAULT_S
        if opened or closed:
            self.stdout.write(f"{opened} opened, {closed} closed")
        return REST_S
