"""What the browser tests share: the built site, its address, and a reader.

Every test fails whose pages ask a third party for anything or put an error on the console.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import site as sites
from tests.browser.chromium import Reader, launch


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the project's site: built now, or the one that `LOCKSTEP_SITE_DIR` names."""
    if built := os.environ.get("LOCKSTEP_SITE_DIR"):
        return Path(built).resolve(strict=True)
    directory = tmp_path_factory.mktemp("site")
    sites.build(directory)
    return directory


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sample pages, which show every kind of block, with the site's theme."""
    directory = tmp_path_factory.mktemp("samples")
    sites.build_samples(directory)
    return directory


@pytest.fixture(scope="session")
def origin(site: Path) -> Iterator[str]:
    """Serve the project's site; yields where."""
    with sites.serve(site) as origin:
        yield origin


@pytest.fixture(scope="session")
def samples_origin(samples: Path) -> Iterator[str]:
    """Serve the sample pages; yields where."""
    with sites.serve(samples) as origin:
        yield origin


@pytest.fixture(params=["/", sites.SUB_PATH], ids=["root", "sub-path"])
def address(request: pytest.FixtureRequest, origin: str) -> str:
    """Return the site's address: at the root of a host, then below a folder."""
    return f"{origin}{request.param}"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start a browser; each page gets a profile of its own.

    It ends with its module: while Playwright runs, no other test can start an event loop.
    """
    with launch() as browser:
        yield browser


def _read(browser: Browser, address: str) -> Iterator[Reader]:
    reader = Reader(browser, address)
    try:
        yield reader
    finally:
        reader.close()
    assert reader.foreign == [], "a page asked a third party"
    assert reader.complaints == [], "a page put errors on the console"


@pytest.fixture
def reader(chromium: Browser, address: str) -> Iterator[Reader]:
    """Read the project's site, at both addresses."""
    yield from _read(chromium, address)


@pytest.fixture
def near_reader(chromium: Browser, origin: str) -> Iterator[Reader]:
    """Read the project's site at its root, for what the address cannot change."""
    yield from _read(chromium, f"{origin}/")


@pytest.fixture
def samples_reader(chromium: Browser, samples_origin: str) -> Iterator[Reader]:
    """Read the sample pages."""
    yield from _read(chromium, f"{samples_origin}/")
