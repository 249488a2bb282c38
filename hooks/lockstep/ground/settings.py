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
        glossary: glossary.yml           # terms, for the glossary page and the tooltips
        translations: translations       # the English from which each translation was made
        links:                           # addresses that differ by language, by their beginnings
          - {en: https://example.org/, zh: https://example.org/zh/}
        report: https://example.org/new?title={title}&body={body}    # where to report a problem
        rules: [labs, style, terms]      # what is checked beside translations: all of it

A site without ``extra.lockstep`` does not follow this project's conventions, as most do not: its
translations are compared with their source, and nothing more.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml as pyyaml
from babel import UnknownLocaleError

from lockstep.ground import yaml
from lockstep.ground.language import Language, Languages

GROUPS = ("labs", "style", "terms")
"""Rules that a site can do without: those of labs and of how guides are written for them
(notebooks, directives, front matter, anchors), those of typography, those of terms."""

REPORT = "{repository}/issues/new?title={title}&body={body}"
"""Where a reader reports a problem, as GitHub, Gitea and Forgejo have it; all its fields."""


class SettingsError(Exception):
    """The configuration cannot be used; the text says which key and what was expected."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and in which languages; paths are relative to the project's root."""

    languages: Languages
    guides: str = "docs"
    notebooks: str = "notebooks"
    pins: str = "requirements/labs.txt"
    glossary: str = "glossary.yml"
    translations: str = "translations"
    links: tuple[Mapping[str, str], ...] = ()
    """Language code to the beginning of addresses that mean the same page."""
    rules: frozenset[str] = frozenset(GROUPS)
    """Of ``GROUPS``, those that are checked."""
    suffixed: bool = False
    """Whether a guide's language is the ending of its name: ``page.zh.md``."""
    folders: frozenset[str] = frozenset()
    """Codes of all languages that the site knows, also of those that are not built."""

    @property
    def conventions(self) -> bool:
        """Whether guides are written for this engine: with anchors, directives, notebooks."""
        return "labs" in self.rules

    report: str = REPORT
    """The address at which a reader reports a problem, with the fields of ``REPORT``."""

    @property
    def support(self) -> str:
        """Folder of the notebooks' own modules."""
        return f"{self.notebooks}/support"

    def in_source(self, address: str, code: str) -> str:
        """Return the source language's form of an address in a guide of the language ``code``."""
        source = self.languages.source.code
        forms = [(len(each[source]), each[source], each[source]) for each in self.links]
        forms += [
            (len(each[code]), each[code], each[source]) for each in self.links if code in each
        ]
        fitting = (form for form in forms if address.startswith(form[1]))
        _, theirs, ours = max(fitting, default=(0, "", ""))
        return ours + address.removeprefix(theirs)

    @property
    def catalogs(self) -> str:
        """Folder of the comment catalogs, one folder per language below it."""
        return f"{self.notebooks}/comments"


def read(text: str, path: str = "mkdocs.yml") -> Settings:
    """Read the settings from a ``mkdocs.yml``; raises ``SettingsError``."""
    try:
        raw = pyyaml.load(text, Loader=_Loader)  # noqa: S506 a safe loader, see there
    except yaml.UNREADABLE as error:
        message = f"{path} is not valid YAML: {error}"
        raise SettingsError(message) from error
    try:
        return _settings(_mapping(raw, "the file"))
    except _UnfitError as error:
        message = f"{path}: {error}"
        raise SettingsError(message) from error


class _UnfitError(Exception):
    """A key that cannot be used; the text says which and what was expected."""


def _settings(raw: Mapping[str, Any]) -> Settings:
    extra = _mapping(raw.get("extra") or {}, "`extra`")
    own = dict(_mapping(extra.get("lockstep") or {}, "`lockstep`"))
    known = ("glossary", "links", "notebooks", "pins", "report", "rules", "translations")
    if unknown := sorted(str(key) for key in own if key not in known):
        message = f"unknown key {unknown[0]!r} under extra.lockstep; known: {', '.join(known)}"
        raise _UnfitError(message)
    given = own.pop("links", None) or []
    report = _report(own.pop("report", None) or REPORT)
    rules = _rules(own.pop("rules", GROUPS if "lockstep" in extra else ()))
    paths = {"guides": raw.get("docs_dir", "docs"), **own}
    for key, value in paths.items():
        if not isinstance(value, str) or value.startswith("/"):
            name = "docs_dir" if key == "guides" else f"extra.lockstep.{key}"
            message = f"{name} is {value!r}; expected a path from the folder of this file"
            raise _UnfitError(message)
    plugins = raw.get("plugins") or []
    languages = _languages(plugins)
    i18n = _mapping(_options(plugins, "i18n"), "plugins.i18n")
    return Settings(
        languages,
        **paths,
        links=tuple(_links(given, languages)),
        report=report,
        rules=rules,
        suffixed=i18n.get("docs_structure") == "suffix",
        folders=frozenset(str(each.get("locale")) for each in i18n.get("languages") or []),
    )


def _rules(given: Any) -> frozenset[str]:  # noqa: ANN401 any YAML
    listed = given if isinstance(given, list | tuple) else [given]
    for each in listed:
        if each not in GROUPS:
            message = f"extra.lockstep.rules has {each!r}; there are: {', '.join(GROUPS)}"
            raise _UnfitError(message)
    return frozenset(listed)


def _report(given: Any) -> str:  # noqa: ANN401 any YAML
    """Read the address at which a reader reports a problem."""
    try:
        if isinstance(given, str) and given.format(repository="", title="", body=""):
            return given
    except (LookupError, ValueError, AttributeError):
        pass  # other fields, or none
    message = f"extra.lockstep.report is {given!r}; expected an address such as {REPORT}"
    raise _UnfitError(message)


def _links(given: Any, languages: Languages) -> Iterator[Mapping[str, str]]:  # noqa: ANN401 any YAML
    """Read which addresses mean the same page in which language."""
    source = languages.source.code
    for each in given if isinstance(given, list) else [given]:
        texts = isinstance(each, Mapping) and all(isinstance(it, str) for it in each.values())
        if not texts or source not in each:
            example = f"{{{source}: https://example.org/, …}}"
            message = f"extra.lockstep.links has {each!r}; expected {example}"
            raise _UnfitError(message)
        yield {str(code): address for code, address in each.items()}


def _languages(plugins: Any) -> Languages:  # noqa: ANN401 any YAML
    listed = _mapping(_options(plugins, "i18n"), "plugins.i18n").get("languages") or []
    source: Language | None = None
    translations: list[Language] = []
    for item in listed if isinstance(listed, list) else [listed]:
        entry = _mapping(item, "an entry of plugins.i18n.languages")
        if not entry.get("build", True):
            continue
        code = str(entry.get("locale"))
        language = Language(code, str(entry.get("name", code)))
        try:
            _ = language.locale
        except (ValueError, UnknownLocaleError) as error:
            message = f"Babel knows no language {code!r}, as plugins.i18n.languages has it"
            raise _UnfitError(message) from error
        if not entry.get("default"):
            translations.append(language)
        elif source is None:
            source = language
        else:
            source = None
            break
    if source is None:
        message = "plugins.i18n.languages needs exactly one language with `default: true`"
        raise _UnfitError(message)
    return Languages(source, tuple(translations))


def _options(plugins: Any, wanted: str) -> Any:  # noqa: ANN401 any YAML
    """Return what a plugin is told, from either form in which ``plugins`` may be written."""
    for plugin in plugins if isinstance(plugins, list) else [plugins]:
        if isinstance(plugin, Mapping) and wanted in plugin:
            return plugin[wanted] or {}
    return {}


def _mapping(value: Any, name: str) -> Mapping[str, Any]:  # noqa: ANN401 any YAML
    if not isinstance(value, Mapping):
        message = f"{name} is not a mapping"
        raise _UnfitError(message)
    return value


class _Loader(yaml.Loader):
    """A safe loader that passes over MkDocs' own tags (``!ENV``, ``!!python/name:…``)."""


def _ignored(loader: _Loader, suffix: str, node: pyyaml.Node) -> None:  # noqa: ARG001 yaml's own
    return None


_Loader.add_multi_constructor("", _ignored)
