"""The public cases, and the command run as a stranger would run it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[4]
CASES = ROOT.parent / "shared" / "cases" / "loan" / "cases.json"


def read_public_cases() -> list[dict[str, Any]]:
    """All public cases; fails loudly if the file is not there."""
    return json.loads(CASES.read_text(encoding="utf-8"))


def run(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The command on a Python without site-packages, as FORMAT, "Quoting", wants it."""
    return subprocess.run(
        [sys.executable, "-S", "-m", "loans.servicing.engine.quote", str(path), *options],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if not key.startswith("PYTHON")},
        capture_output=True,
        text=True,
        timeout=120,
    )
