"""What a page weighs on its way to a reader, beside the same guides on an untouched Material site.

    python -m tests.browser.weight [BUILT_SITE]

prints the table that stands in `CONTRIBUTING.md`. Bytes are counted by a server that compresses as
web hosts do, whoever asks: the page, its scripts, or a worker.
"""

import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from mkdocs.commands.build import build
from mkdocs.config import load_config
from playwright.sync_api import Browser, Page

from lockstep.guides import document
from lockstep.notebooks import notebook
from tests.browser import site as sites
from tests.browser.chromium import launch, settle
from tests.browser.site import PROJECT

LAB, NEXT_LAB = "labs/train-deep-learning-model/", "labs/torch-distributor/"
UNTOUCHED = """\
site_name: Untouched
docs_dir: docs
theme: {name: material}
plugins: [search]
markdown_extensions:
  - admonition
  - attr_list
  - def_list
  - footnotes
  - md_in_html
  - tables
  - pymdownx.details
  - pymdownx.highlight
  - pymdownx.superfences:
      custom_fences:
        - name: mermaid
          class: mermaid
          format: !!python/name:pymdownx.superfences.fence_code_format
  - pymdownx.tabbed: {alternate_style: true}
"""
_CELL = re.compile(r"^(?P<indent> *)\{\{ cell (?P<cell>[\w-]+).*\}\}$", re.MULTILINE)


@dataclass(frozen=True)
class Weight:
    """What came over the wire for one page."""

    first: int
    """Bytes of the first visit, with the page at rest."""
    again: int
    """Bytes of the next page of the kind, with what the browser has kept."""
    searched: int
    """Bytes that the first search adds."""
    foreign: int
    """Requests to third parties; they were not let through, and weigh nothing here."""


def weigh(directory: Path, browser: Browser, home: str) -> Weight:
    """Return the weight of a lab on a built site, and of another that is read after it.

    home: where the home page in the language lies. The search is on that page: on an untouched
    site, one whose diagram's library a third party does not give has no search.
    """
    sent: dict[str, int] = {}
    foreign: list[str] = []
    with sites.serve(directory, sent) as origin:
        # Not a `Reader`, whose routes switch the browser's cache off; no other host is found.
        context = browser.new_context()
        context.on("request", lambda it: foreign.append(it.url) if origin not in it.url else None)
        page = context.new_page()

        def open_page(path: str) -> int:
            before = sum(sent.values())
            page.goto(f"{origin}/{home}{path}")
            settle(page)
            return sum(sent.values()) - before

        first, again, _ = open_page(LAB), open_page(NEXT_LAB), open_page("")
        before = sum(sent.values())
        search(page, "Horovod")
        searched = sum(sent.values()) - before
        context.close()
    return Weight(first, again, searched, len(foreign))


def search(page: Page, query: str) -> None:
    """Type a query, and wait for its first hit."""
    box = page.locator("[data-md-component=search-query]")
    box.click()
    box.press_sequentially(query)
    page.locator(".md-search-result__item").first.wait_for()


def untouched(directory: Path) -> None:
    """Build the English guides, their cells as plain code, with Material and nothing else."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for path in sorted((PROJECT / "docs/en").rglob("*.md")):
            target = root / "docs" / path.relative_to(PROJECT / "docs/en")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_with_code(path), "utf-8")
        (root / "mkdocs.yml").write_text(UNTOUCHED, "utf-8")
        build(load_config(str(root / "mkdocs.yml"), site_dir=str(directory)))


def _with_code(path: Path) -> str:
    text = path.read_text("utf-8")
    text = text.replace("template: home.html\n", "", 1)  # ours
    name = document.read(text, path.name).meta.get("notebook")
    if not isinstance(name, str):
        return text
    source = (PROJECT / f"notebooks/{name}.py").read_text("utf-8")
    script = notebook.read(source, f"{name}.py")

    def fence(found: re.Match[str]) -> str:
        cell = script.cell(found["cell"])
        lines = ["```python", *(cell.source if cell else "").splitlines(), "```"]
        return "\n".join(found["indent"] + line for line in lines)

    return re.sub(
        r"^(?P<indent> *)\{\{ cell (?P<cell>[\w-]+).*\}\}$", fence, text, flags=re.MULTILINE
    )


def main() -> None:
    """Build both sites, weigh a lab, and print a table."""
    with tempfile.TemporaryDirectory() as name, launch() as browser:
        ours, theirs = Path(sys.argv[1] if sys.argv[1:] else f"{name}/ours"), Path(name, "theirs")
        if not ours.is_dir():
            sites.build(ours)
        untouched(theirs)
        rows = {
            f"This site, {language.code}": weigh(ours, browser, language.folder)
            for language in sites.LANGUAGES
        }
        rows["Untouched Material, en"] = weigh(theirs, browser, "")
        for row, weight in rows.items():
            kilobytes = [round(it / 1000) for it in (weight.first, weight.again, weight.searched)]
            cells = (row, *(f"{it} kB" for it in kilobytes), weight.foreign)
            sys.stdout.write(f"| {' | '.join(map(str, cells))} |\n")


if __name__ == "__main__":
    main()
