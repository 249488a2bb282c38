"""A reader: a Chromium that reaches nothing but loopback, and what it noticed while reading."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Route,
    sync_playwright,
)

Scheme = Literal["light", "dark"]
WIDE, PHONE = 1280, 360
"""Widths in CSS pixels: a laptop's window and the narrowest phone in use."""


@contextmanager
def launch() -> Iterator[Browser]:
    """Start the Chromium that is installed here (`CHROMIUM` names another one).

    Raises `RuntimeError` where there is none.
    """
    path = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )
    if path is None:
        message = "no Chromium found: install it (Debian: apt-get install chromium) or set CHROMIUM"
        raise RuntimeError(message)
    options = [
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-domain-reliability",
        "--no-first-run",
        # Whatever slips past the routes below finds no address to go to.
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=options)
        try:
            yield browser
        finally:
            browser.close()


def settle(page: Page) -> Page:
    """Wait until the page asks for nothing more (search, diagrams); return it."""
    page.wait_for_load_state("networkidle")
    return page


def draw(page: Page) -> Page:
    """Go near the page's first diagram, and wait until all are drawn; return the page."""
    page.locator(".lockstep-diagram").first.scroll_into_view_if_needed()
    page.wait_for_function("!document.querySelector('.lockstep-diagram:not([hidden])')")
    return page


def restyle(page: Page, css: str) -> None:
    """Add rules to a page, after all of its own.

    Not by `page.add_style_tag`: it waits for the load event of the element that it adds, which
    Chromium 156 does not always send, and it waits without end.
    """
    page.evaluate(
        """css => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(css);
          document.adoptedStyleSheets.push(sheet);
        }""",
        css,
    )


class Reader:
    """Opens pages below one address, and remembers what no page may do."""

    def __init__(self, browser: Browser, address: str) -> None:
        """Keep where the site is; `address` ends with a slash."""
        self.address = address
        self.foreign: list[str] = []
        """Requests to anything but loopback. They were aborted."""
        self.complaints: list[str] = []
        """Errors on the console, uncaught exceptions, and answers of 400 and above."""
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def open(  # noqa: PLR0913 what may differ between readers
        self,
        path: str = "",
        *,
        width: int = WIDE,
        height: int = 900,
        scheme: Scheme = "light",
        scripts: bool = True,
        locale: str = "en-US",
    ) -> Page:
        """Open a page in a fresh profile and wait until it is loaded; `settle` waits for more.

        `path` is relative to the site's address, `width` and `height` are those of the window in
        CSS pixels, `scheme` is what the system prefers, `scripts` whether they run, `locale` the
        language that the browser asks for.
        """
        context = self._browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            java_script_enabled=scripts,
            reduced_motion="reduce",
            locale=locale,
        )
        self._contexts.append(context)
        context.route("**/*", self._pass)
        context.on("console", self._listen)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        page = context.new_page()
        page.goto(self.address + path)
        return page

    def close(self) -> None:
        """Close every page that was opened."""
        while self._contexts:
            self._contexts.pop().close()

    def _pass(self, route: Route, request: Request) -> None:
        if urlsplit(request.url).hostname == "127.0.0.1":
            route.continue_()
        else:
            self.foreign.append(request.url)
            route.abort()

    def _listen(self, message: ConsoleMessage) -> None:
        # A request that fails is an error on the console too, with its address in the location.
        if message.type == "error":
            self.complaints.append(f"{message.text} ({message.location['url']})")
