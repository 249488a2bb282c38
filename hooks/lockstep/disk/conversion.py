"""The site's own Markdown: that of MkDocs, with the extensions that ``mkdocs.yml`` names.

Neither the site's theme nor its plugins are asked, so that a page is converted without them.
"""

from collections.abc import Callable
from pathlib import Path

from markdown import Markdown

from lockstep.rules.visible import ConversionError


def converter(config: Path) -> Callable[[str], str]:
    """Return what converts the pages of the site of a ``mkdocs.yml``.

    MkDocs is loaded with the first page. Raises ``ConversionError`` where the extensions cannot be
    used, or fail at a page.
    """
    made: list[Markdown] = []
    failed: list[ConversionError] = []

    def convert(text: str) -> str:
        if failed:
            raise failed[0]
        try:
            if not made:
                made.append(_loaded(config))
            return made[0].reset().convert(text)
        except Exception as error:  # an extension may raise anything, as may an inherited file
            said = error if isinstance(error, ConversionError) else None
            message = f"{type(error).__name__}: {error}".partition("\n")[0]
            failure = said or ConversionError(message, config.name)
            if not made:
                failed.append(failure)
            raise failure from error

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
