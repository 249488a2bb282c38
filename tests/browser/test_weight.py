"""What a reader's browser has to load, from a server that compresses as web hosts do."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import Reader, draw, settle
from tests.browser.site import LANGUAGES, Language
from tests.browser.weight import LAB, weigh

pytestmark = pytest.mark.browser

LIMIT = 250_000
"""Bytes of a lab at the first visit; half of what readers were promised."""


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_a_lab_is_light_and_its_frame_is_kept(
    site: Path, chromium: Browser, language: Language
) -> None:
    weight = weigh(site, chromium, language.folder)
    assert weight.foreign == 0
    assert 40_000 < weight.first < LIMIT
    assert weight.again < weight.first - 50_000
    assert 10_000 < weight.searched < LIMIT


def test_the_library_for_diagrams_comes_with_a_diagram(near_reader: Reader) -> None:
    """Not to a page without one, nor before the reader comes near one."""
    page = near_reader.open("glossary/")
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    settle(page)
    page.goto(near_reader.address + LAB)
    settle(page)
    assert page.locator(".lockstep-diagram").count()
    assert "mermaid.min.js" not in asked
    draw(page)
    assert asked.count("mermaid.min.js") == 1
