"""`make test`: every check and every test, and one last line that counts them."""

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests import chromium  # noqa: E402

PYTHON = sys.executable
REPORT = ROOT / ".data" / "test" / "report.xml"
CODE = ("exchange", "listings", "loans")
# Checks of code read the settings and open no connection; these addresses lead nowhere.
NO_SERVERS = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}
SERVERS = (PYTHON, "-m", "exchange.embedded.run", "--data", str(ROOT / ".data" / "test" / "checks"), "--")
CHECKS: dict[str, tuple[str, ...]] = {
    "types (mypy)": (PYTHON, "-m", "mypy", *CODE),
    "lint (ruff)": (PYTHON, "-m", "ruff", "check", "."),
    "layout (ruff)": (PYTHON, "-m", "ruff", "format", "--check", "."),
    "import contracts": (str(Path(PYTHON).parent / "lint-imports"), "--no-cache"),
    "templates (djlint)": (PYTHON, "-m", "djlint", "--lint", "--quiet", "templates"),
    "translations": (PYTHON, "manage.py", "translations", "--check"),
    "settings and models": (PYTHON, "manage.py", "check"),
    "migrations": (*SERVERS, PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"),
}


def check(name: str) -> bool:
    """Run one check; what it says is shown when it fails."""
    began = time.monotonic()
    own = {} if name == "migrations" else NO_SERVERS
    done = subprocess.run(
        CHECKS[name], cwd=ROOT, env=os.environ | own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    word = "FAILED" if done.returncode else "ok"
    shown = done.stdout.decode(errors="replace") if done.returncode else ""
    sys.stdout.write(f"{shown}{'✗' if shown else '✓'} {name}: {word} ({time.monotonic() - began:.0f} s)\n")
    sys.stdout.flush()
    return done.returncode == 0


def run_tests(arguments: list[str]) -> tuple[int, dict[str, int]]:
    """Run pytest on all cores; returns its exit code and what it counted."""
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.unlink(missing_ok=True)
    cores = len(os.sched_getaffinity(0))
    argv = [PYTHON, "-m", "pytest", "-q", "-n", str(min(4, cores)), "--dist", "loadfile", f"--junitxml={REPORT}"]
    argv += [] if arguments else ["--every-edge"]
    done = subprocess.run([*argv, *arguments], cwd=ROOT, check=False)
    counts = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    if REPORT.exists():
        for suite in ElementTree.parse(REPORT).getroot().iter("testsuite"):
            for key in counts:
                counts[key] += int(suite.get(key, 0))
    return done.returncode, counts


def main() -> int:
    """Run it all, even after a failure, so that one run tells everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checks-only", action="store_true")
    options, arguments = parser.parse_known_args()
    began = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        passed = list(pool.map(check, CHECKS))
    line = f"{sum(passed)} of {len(CHECKS)} checks passed"
    code = 0
    if not options.checks_only:
        chromium.install()
        loud = chromium.missing()
        if loud:
            sys.stdout.write(f"!!!! NO BROWSER TESTS: {loud} is missing and could not be installed !!!!\n")
            sys.stdout.flush()
        code, counts = run_tests(arguments)
        bad = counts["failures"] + counts["errors"]
        good = counts["tests"] - bad - counts["skipped"]
        line += f"; {good} tests passed, {bad} failed, {counts['skipped']} skipped"
        line += f" (no browser: {loud})" if loud else ""
        code = code or int(good == 0 or (bool(loud) and os.environ.get("CI") == "true"))
    failed = bool(code) or not all(passed)
    sys.stdout.write(f"{'FAILED' if failed else 'OK'}: {line}, in {time.monotonic() - began:.0f} s\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
