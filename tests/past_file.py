"""A bundled file of past deals or loans, and the call in its README that makes it again."""

from __future__ import annotations

import csv
import re
import shlex
from pathlib import Path

from django.conf import settings
from django.core.management import call_command


class PastFile:
    """The `liangping.csv` of an app's `data` folder, made by the command of that name."""

    def __init__(self, app: str, command: str) -> None:
        self.data = settings.BASE_DIR / app / "data"
        self.path: Path = self.data / "liangping.csv"
        self.command = command

    def call(self) -> list[str]:
        """Return the arguments that the README of the data gives."""
        text = (self.data / "README.md").read_text(encoding="utf-8")
        (call,) = re.findall(rf"manage\.py {self.command} (.+?)\n```", text, re.DOTALL)
        return shlex.split(call.replace("\\\n", " "))

    def argument(self, name: str) -> str:
        """Return what the call gives for an argument such as `--total`."""
        call = self.call()
        return call[call.index(name) + 1]

    def rows(self) -> list[dict[str, str]]:
        """Return the rows of the file."""
        with self.path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def made_again(self, out: Path) -> bytes:
        """Make the file anew by that call as `out`; return its bytes."""
        call = self.call()
        call[call.index("--out") + 1] = str(out)
        call_command(self.command, *call)
        return out.read_bytes()
