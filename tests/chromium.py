"""The browser of the browser tests: found, or installed by the system's package manager where that is possible."""

import os
import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PACKAGES = ("chromium", "fonts-noto-cjk")


def find() -> Path | None:
    """The program of a Chromium on this machine."""
    found = (shutil.which(name) for name in NAMES)
    return next((Path(path) for path in found if path), None)


def has_chinese_font() -> bool:
    """Whether the browser can draw Chinese; without a font it draws boxes and measures wrong widths."""
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def missing() -> str:
    """What is missing for the browser tests, in words; empty when nothing is."""
    wants = [] if find() else ["Chromium"]
    wants += [] if has_chinese_font() else ["a Chinese font"]
    return " and ".join(wants)


def install() -> None:
    """Install what is missing with apt, as root. Says nothing: `missing()` tells what came of it."""
    if not missing() or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=environment, timeout=180, **quiet)
    argv = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *PACKAGES]
    subprocess.run(argv, env=environment, timeout=600, **quiet)
