"""Takes pictures of every page for reviewers: three languages, wide and phone, light and dark.

    python -m tests.browser.screenshots OUTDIR [--samples] [PAGE ...]

Builds the site first; `--samples` takes the sample pages instead, which show every kind of block.
`PAGE` is a page's address as in `labs/train-deep-learning-model/`; all pages without it. The
pictures are named PAGE.LANGUAGE.WIDTH.SCHEME.png.
"""

import argparse
import tempfile
from pathlib import Path

from tests.browser import site as sites
from tests.browser.chromium import PHONE, WIDE, Reader, Scheme, launch

SCHEMES: tuple[Scheme, ...] = ("light", "dark")


def take(directory: Path, output: Path, wanted: list[str]) -> int:
    """Take pictures of a built site's pages into a folder; return how many were taken."""
    taken = 0
    with sites.serve(directory) as origin, launch() as browser:
        for path in sites.pages(directory):
            language = next(
                (code for code in ("zh", "ja") if path.startswith(f"{code}/")), "en"
            )
            page_path = path if language == "en" else path.removeprefix(f"{language}/")
            if wanted and page_path not in wanted:
                continue
            name = page_path.strip("/").replace("/", "-") or "home"
            for width in (WIDE, PHONE):
                for scheme in SCHEMES:
                    reader = Reader(browser, f"{origin}/")
                    page = reader.open(path, width=width, scheme=scheme)
                    page.wait_for_timeout(1000)  # diagrams are drawn after the page is idle
                    target = output / f"{name}.{language}.{width}.{scheme}.png"
                    page.screenshot(path=target, full_page=True)
                    reader.close()
                    taken += 1
    return taken


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
    print(f"{taken} pictures in {arguments.output}")


if __name__ == "__main__":
    main()
