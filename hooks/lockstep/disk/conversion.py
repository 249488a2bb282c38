"""The site's own Markdown: that of MkDocs, with the extensions that ``mkdocs.yml`` names.

Neither the site's theme nor its plugins are asked, so that a page is converted without them.
"""

from collections.abc import Callable
from pathlib import Path

from markdown import Markdown

from lockstep.rules.visible import ConversionError


def converter(config: Path) -> Callable[[str], str]:
    """Return what converts the pages of the site of a ``mkdocs.yml``.

    MkDocs is loaded with the first page. Raises ``ConversionError`` at it where the extensions
    cannot be used.
    """
    made: list[Markdown] = []

    def convert(text: str) -> str:
        if not made:
            made.append(_loaded(config))
        return made[0].reset().convert(text)

    return convert


def _loaded(config: Path) -> Markdown:
    from mkdocs.config.defaults import MkDocsConfig  # noqa: PLC0415 takes a third of a second
    from mkdocs.utils.yaml import yaml_load  # noqa: PLC0415

    with config.open("rb") as stream:
        given = yaml_load(stream)
    settings = MkDocsConfig(config_file_path=str(config))
    extensions = given.get("markdown_extensions", [])
    settings.load_dict({"site_name": "", "plugins": [], "markdown_extensions": extensions})
    failed = [str(error) for key, error in settings.validate()[0] if key == "markdown_extensions"]
    if failed:
        raise ConversionError(failed[0], config.name)
    return Markdown(
        extensions=settings["markdown_extensions"], extension_configs=settings["mdx_configs"]
    )
