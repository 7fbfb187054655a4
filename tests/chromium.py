"""A Chromium for tests: as one on a person's device but for what costs time and nobody looks at.

It draws in software, which is most of what a page costs. So only the map goes through the engine that stands in for a graphics
card, not the page around it; all is drawn at half the resolution (`COARSE`); and no window is furnished that nobody sees.
"""

import contextlib
import shutil
from collections.abc import Iterator

from playwright.sync_api import Browser, sync_playwright

COARSE = 0.5
"""Device pixels for one of the page's: layout, words and what is found on the map are the same, in a quarter of the pixels."""

_PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first of them that is here: the shell is the same engine without the program around it, and opens a page for a quarter less."""

_WINDOW = [
    "SpareRendererForSitePerProcess",
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
]
"""Pages in processes of their own that a window brings with it: the list below an address bar, and one for what comes next."""

_NEVER = [
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
]
"""What Playwright turns off: a list of one's own takes the place of its list."""

_FLAGS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-gpu-rasterization",
    "--disable-gpu-compositing",
    f"--disable-features={','.join([*_NEVER, *_WINDOW])}",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
"""Nothing but this machine is found. Requests are looked at as they are made, not held up one by one to be let through."""


@contextlib.contextmanager
def open_chromium() -> Iterator[Browser]:
    """The browser of this machine, until left; its loop runs in this thread."""
    path = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        browser.close()
