"""Takes pictures of every page for reviewers: three languages, wide and phone, light and dark.

    python -m tests.browser.screenshots OUTDIR [--samples] [PAGE ...]

Builds the site first; `--samples` takes the sample pages instead, which show every kind of block.
`PAGE` is a page's address as in `labs/train-deep-learning-model/`; all pages without it. A page
becomes as many pictures as it is screens long, named PAGE.LANGUAGE.WIDTH.SCHEME.NN.png: Chromium
cannot draw a whole lab at once.
"""

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from tests.browser import site as sites
from tests.browser.chromium import PHONE, WIDE, Reader, Scheme, launch, settle

SCHEMES: tuple[Scheme, ...] = ("light", "dark")
SCREEN = 2000
"""Height of a picture in CSS pixels."""


def take(directory: Path, output: Path, wanted: list[str]) -> int:
    """Take pictures of a built site's pages into a folder; return how many were taken."""
    taken = 0
    with sites.serve(directory) as origin, launch() as browser:
        for path in sites.pages(directory):
            language = sites.language_of(path)
            address = path.removeprefix(language.folder)
            if wanted and address not in wanted:
                continue
            name = address.strip("/").replace("/", "-") or "home"
            for width in (WIDE, PHONE):
                for scheme in SCHEMES:
                    reader = Reader(browser, f"{origin}/")
                    page = settle(reader.open(path, width=width, height=SCREEN, scheme=scheme))
                    stem = f"{name}.{language.code}.{width}.{scheme}"
                    taken += _scroll_through(page, output / stem)
                    reader.close()
    return taken


def _scroll_through(page: Page, stem: Path) -> int:
    for diagram in page.locator(".lockstep-diagram").all():
        diagram.scroll_into_view_if_needed()  # it is drawn when it comes near
    page.wait_for_timeout(1000)
    length: int = page.evaluate("document.documentElement.scrollHeight")
    tops = range(0, length, SCREEN)
    for number, top in enumerate(tops):
        page.evaluate("top => scrollTo(0, top)", top)
        page.wait_for_timeout(200)
        page.screenshot(path=f"{stem}.{number:02}.png")
    return len(tops)


def main() -> None:
    """Read the command line, build, take the pictures, say how many there are."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("pages", nargs="*", metavar="PAGE")
    parser.add_argument("--samples", action="store_true", help="the sample pages instead")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        (sites.build_samples if arguments.samples else sites.build)(directory)
        taken = take(directory, arguments.output, arguments.pages)
    print(f"{taken} pictures in {arguments.output}")  # noqa: T201 a command says what it did


if __name__ == "__main__":
    main()
