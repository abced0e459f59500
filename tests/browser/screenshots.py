"""`make screenshots PORT=8000`: the two pictures of the README, taken from a running demonstration.

The bidding room as Farmer sees it, the dashboard as City sees it. Each picture is at most 300 KB; a page that
is not there, or that shows an error, makes no picture and the exit code 1.
"""

import argparse
import io
import json
import sys
import time
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests import chromium  # noqa: E402

FOLDER = ROOT / "docs" / "images"
MOST_BYTES = 300_000
PATIENCE_S = 300
VIEW = {"width": 1280, "height": 860}
PASSWORD = "Terraces-and-rice-2026"  # of the demonstration, printed in the README


def main() -> int:
    """Take both pictures; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    address = f"http://localhost:{options.port}"
    program = chromium.find()
    if program is None:
        sys.stderr.write("There is no Chromium on this machine.\n")
        return 1
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        taken = [
            take(browser, address, "farmer", live_room(address), "room"),
            take(browser, address, "city", "/dashboard/", "dashboard"),
        ]
        browser.close()
    return 0 if all(taken) else 1


def live_room(address: str) -> str:
    """The path of the room of an auction in which somebody has bid and that runs; waits for one, some minutes."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        with urllib.request.urlopen(f"{address}/api/v1/auctions/?state=open", timeout=20) as answer:  # noqa: S310
            found = [hall for hall in json.load(answer)["results"] if hall["price"]]
        if found:
            return f"/auctions/{found[0]['id']}/"
        time.sleep(5)
    raise SystemExit("No auction with a bid has been open for some minutes: does the market of the demonstration run?")


def take(browser: Browser, address: str, username: str, path: str, name: str) -> bool:
    """Log in, open the page, write `docs/images/<name>.png`."""
    context = browser.new_context(base_url=address, locale="zh-CN", viewport=VIEW, reduced_motion="reduce")
    page = context.new_page()
    log_in(page, username)
    answer = page.goto(path)
    status = answer.status if answer else 0
    shown = status == 200 and page.locator("h1").count() > 0
    if shown:
        page.wait_for_timeout(1500)  # the clock ticks, the stream has sent what is new
        picture = small(page.screenshot())
        (FOLDER / f"{name}.png").write_bytes(picture)
        sys.stdout.write(f"docs/images/{name}.png: {len(picture) // 1000} KB of {path}\n")
    else:
        sys.stderr.write(f"{path} answers {username} with {status} and no heading: no picture of it\n")
    context.close()
    return shown


def log_in(page: Page, username: str) -> None:
    page.goto("/account/login/")
    page.fill("input[name=login]", username)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/account/login/" not in url)


def small(png: bytes) -> bytes:
    """The picture with as many colours as fit into the limit."""
    for colours in (256, 128, 64, 32):
        with io.BytesIO() as out:
            Image.open(io.BytesIO(png)).convert("RGB").quantize(colours, dither=0).save(out, "PNG", optimize=True)
            if out.tell() <= MOST_BYTES:
                return out.getvalue()
    raise SystemExit("The picture is too large even with 32 colours.")


if __name__ == "__main__":
    sys.exit(main())
