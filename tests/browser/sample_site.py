"""Builds the sample pages: every kind of block that the theme styles, in three languages.

    python -m tests.browser.sample_site OUTDIR

The engine's blocks stand in the samples as the HTML that the engine writes, so that the theme's
own tests need neither notebooks nor recordings; the samples replace the project's pages and use
its configuration, without the engine's hook.
"""

import sys
from pathlib import Path

from mkdocs.commands.build import build
from mkdocs.config import load_config

from tests.browser.site import PROJECT

SAMPLES = Path(__file__).parent / "samples"


def main(directory: str) -> None:
    """Build the samples into a folder; raises what MkDocs raises."""
    config = load_config(
        str(PROJECT / "mkdocs.yml"),
        docs_dir=str(SAMPLES),
        site_dir=directory,
        hooks=[],
        nav=[{"Home": "index.md"}, {"Labs": ["blocks.md"]}],
        strict=True,
    )
    build(config)


if __name__ == "__main__":
    main(sys.argv[1])
