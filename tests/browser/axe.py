"""Accessibility of what a page shows now, by axe-core: WCAG 2.2, levels A and AA."""

import json
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

from tests.browser.chromium import restyle

SCRIPT = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
"""axe-core itself; the package brings the file, and nothing else of it is used."""

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
STILL = """
  /* What is out of sight is not laid out (styles/frame.css): axe would find it in heaps. */
  * { content-visibility: visible !important; }
  * { transition: none !important; animation: none !important; }
"""


def violations(page: Page) -> list[str]:
    """Return what axe finds: rule, what is wrong, and the elements where it is."""
    restyle(page, STILL)
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)
    options = json.dumps(
        {
            "runOnly": RULES,
            "resultTypes": ["violations"],
        }
    )
    found: dict[str, Any] = page.evaluate(f"axe.run(document, {options})")
    return [
        f"{it['id']}: {it['help']}: {[node['html'][:160] for node in it['nodes'][:4]]}"
        for it in found["violations"]
    ]
