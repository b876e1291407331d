"""Which browser of this machine the journeys run in, and how it is started."""

import shutil

from playwright.sync_api import Browser, Playwright

PROGRAMS = ("chromium-headless-shell", "chromium", "google-chrome")
"""The first draws pages and has nothing around them: a journey takes half the processor time of the others'."""

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def launch(playwright: Playwright, *flags: str) -> Browser:
    path = next(filter(None, map(shutil.which, PROGRAMS)), None)
    assert path, "No Chromium here. `make test` installs it; or install the package chromium-headless-shell."
    mode = [] if path.endswith("headless-shell") else ["--headless=new"]
    return playwright.chromium.launch(executable_path=path, args=[*FLAGS, *mode, *flags])
