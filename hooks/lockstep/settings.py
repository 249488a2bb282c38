"""What the engine takes from a site's ``mkdocs.yml``: the one place that knows that file's keys.

::

    docs_dir: docs
    plugins:
      - i18n:
          languages:
            - {locale: en, name: English, default: true}    # the default is the source language
            - {locale: zh, name: 简体中文}
    extra:
      lockstep:
        notebooks: notebooks             # where notebooks live
        pins: requirements/labs.txt      # name==version lines of the labs' environment
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from lockstep.language import Language, Languages


class SettingsError(Exception):
    """The configuration cannot be used; the text says which key and what was expected."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and in which languages; paths are relative to the project's root."""

    languages: Languages
    guides: str = "docs"
    notebooks: str = "notebooks"
    pins: str = "requirements/labs.txt"

    @property
    def support(self) -> str:
        """Folder of the notebooks' own modules."""
        return f"{self.notebooks}/support"

    @property
    def catalogs(self) -> str:
        """Folder of the comment catalogs, one folder per language below it."""
        return f"{self.notebooks}/comments"


def read(text: str, path: str = "mkdocs.yml") -> Settings:
    """Read the settings from a ``mkdocs.yml``; raises ``SettingsError``."""
    try:
        raw = yaml.load(text, Loader=_Loader)  # noqa: S506 a SafeLoader, see there
    except yaml.YAMLError as error:
        message = f"{path} is not valid YAML: {error}"
        raise SettingsError(message) from error
    if not isinstance(raw, dict):
        message = f"{path} is not a mapping"
        raise SettingsError(message)
    own = (raw.get("extra") or {}).get("lockstep") or {}
    if unknown := set(own) - {"notebooks", "pins"}:
        message = f"{path}: unknown key {min(unknown)!r} under extra.lockstep"
        raise SettingsError(message)
    return Settings(
        languages=_languages(raw.get("plugins") or [], path),
        guides=raw.get("docs_dir", "docs"),
        **own,
    )


def _languages(plugins: list[Any] | Mapping[str, Any], path: str) -> Languages:
    items = plugins.items() if isinstance(plugins, Mapping) else _pairs(plugins)
    listed = next((options.get("languages", []) for name, options in items if name == "i18n"), [])
    found = [Language(str(item["locale"]), str(item.get("name", item["locale"])))
             for item in listed if item.get("build", True)]  # fmt: skip
    source = [str(item["locale"]) for item in listed if item.get("default")]
    if len(source) != 1:
        message = f"{path}: plugins.i18n.languages needs exactly one language with `default: true`"
        raise SettingsError(message)
    for language in found:
        try:
            _ = language.locale
        except Exception as error:
            message = f"{path}: Babel knows no language {language.code!r}"
            raise SettingsError(message) from error
    first = next(language for language in found if language.code == source[0])
    return Languages(first, tuple(language for language in found if language is not first))


def _pairs(plugins: list[Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (name, options or {})
        for plugin in plugins
        if isinstance(plugin, dict)
        for name, options in plugin.items()
    ]


class _Loader(yaml.SafeLoader):
    """A safe loader that passes over MkDocs' own tags (``!ENV``, ``!!python/name:…``)."""


def _ignored(loader: _Loader, suffix: str, node: yaml.Node) -> None:  # noqa: ARG001 yaml's own
    return None


_Loader.add_multi_constructor("", _ignored)  # type: ignore[no-untyped-call]
