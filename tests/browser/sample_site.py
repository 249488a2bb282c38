"""Builds the sample pages: every kind of block that the theme styles, in three languages.

    python -m tests.browser.sample_site OUTDIR

The engine's blocks stand in the samples as the HTML that the engine writes, so that the theme's
own tests need neither notebooks nor recordings; the samples replace the project's pages and use
its configuration, without the engine's hook: the theme has the engine's words, and a site without
labs.
"""

import sys
from pathlib import Path
from typing import Any

from jinja2 import Environment
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files

from lockstep.disk.build import Build
from lockstep.disk.cache import STORE, Cache
from lockstep.disk.project import Project
from lockstep.disk.recall import Recall
from lockstep.disk.takeaway import Offers
from lockstep.pages.site import Site
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
    project = Project.open(PROJECT / "mkdocs.yml")
    words = {language.code: project.words(language) for language in project.settings.languages}
    site, nothing = Site(project.settings, words=words), Cache(project.state / STORE, None)
    recall = Recall(site, nothing)
    offers = Offers(project, site, nothing, recall)
    config.extra["lockstep"] = Build(project, site, {}, [], nothing, recall, offers)

    def give_words(env: Environment, config: MkDocsConfig, files: Files) -> None:  # noqa: ARG001
        i18n: Any = config.plugins["i18n"]
        env.globals.update(words=words[i18n.current_language], all_words=words)

    config.plugins.events["env"].append(give_words)
    build(config)


if __name__ == "__main__":
    main(sys.argv[1])
