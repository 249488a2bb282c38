"""A language is added to a site: its place in the configuration, and what its translators fill in.

Pages that it lacks fall back to the source language with a notice, so that none is written here.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from babel import Locale, UnknownLocaleError

from lockstep.authoring.refusal import AuthoringError, refuse
from lockstep.disk import project as projects
from lockstep.disk.project import Project
from lockstep.ground import settings
from lockstep.ground.language import Language
from lockstep.ground.settings import SettingsError
from lockstep.notebooks import comments

_CODE = re.compile(r"[a-z]{2}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
"""What mkdocs-static-i18n takes for the code of a language."""


def add(project: Project, code: str) -> list[str]:
    """Add a language, as far as it is not there; return the paths that were written.

    Raises ``AuthoringError`` before anything is written where it cannot be added.
    """
    site = project.site()
    refuse([each for lab in site.labs.values() for each in lab.notebook.problems])
    changed: list[str] = []
    if code not in {each.code for each in project.settings.languages}:
        text = project.config.read_text("utf-8")
        project.write(project.config, with_language(text, code, project.config.name))
        changed.append(project.config.name)
        project = Project.open(project.config)
    language = project.settings.languages[code]
    for lab in site.labs.values():
        path = f"{project.settings.catalogs}/{code}/{lab.name}.po"
        if not (project.root / path).exists():
            empty = comments.updated(lab.notebook, comments.Catalog(path), code)
            project.write(project.root / path, empty)
            changed.append(path)
    return changed + _words(project, language)


def own_name(code: str) -> str:
    """Return what a language's own readers call it; raises ``AuthoringError`` for an unfit code."""
    try:
        locale = Locale.parse(code, sep="-") if _CODE.fullmatch(code) else None
    except (ValueError, UnknownLocaleError):
        locale = None
    if locale is None:
        message = f"{code!r} is no code of a language; expected one such as ko, pt-BR or zh-Hant"
        raise AuthoringError(message)
    name = str(locale.get_display_name(locale) or code)
    return name[0].upper() + name[1:]


def with_language(text: str, code: str, path: str = "mkdocs.yml") -> str:
    """Return a configuration with one language more, behind the others; all else stays as it is.

    Raises ``AuthoringError`` where that cannot be done.
    """
    entry = {"locale": code, "name": own_name(code)}
    listed = _languages(yaml.compose(text, Loader=yaml.SafeLoader))
    if listed is None or not listed.value:
        message = f"{path} does not list its languages in plugins.i18n.languages itself"
        raise AuthoringError(message)
    others = [dict(_pairs(item)) for item in listed.value]
    if any(other.get("locale") == code for other in others):
        message = f"{path} lists {code!r} already, but does not build it; take `build: false` away"
        raise AuthoringError(message)
    if link := _link(others, code):
        entry["fixed_link"] = link
    last = listed.value[-1]
    at = len(text[: _end(last)].rstrip())
    flowing = {"allow_unicode": True, "default_flow_style": True, "sort_keys": False}
    if listed.flow_style:
        added = f", {_written(entry, **flowing)}"
    else:
        at = _line_end(text, at)
        dash = " " * text[text.rfind("\n", 0, last.start_mark.index) + 1 :].index("-")
        flow = bool(last.flow_style)
        lines = [_written(entry, **flowing)] if flow else [
            _written({key: value}, allow_unicode=True) for key, value in entry.items()
        ]  # fmt: skip
        added = "".join(f"\n{dash}{'- ' if not row else '  '}{it}" for row, it in enumerate(lines))
    result = text[:at] + added + text[at:]
    _hold(text, result, code, path)
    return result


def _words(project: Project, language: Language) -> list[str]:
    """Start the engine's own words in a language, where the engine is a part of the project."""
    known = sorted(projects.LOCALE.glob("*.po"))
    path = projects.LOCALE / f"{language.code}.po"
    if path.exists() or not known or not path.is_relative_to(project.root):
        return []
    head, *messages = re.split(r"\n(?=msgid )", known[0].read_text("utf-8"))
    start, *messages = messages
    start = start.replace(f"Language: {known[0].stem}", f"Language: {language.code}")
    empty = (f'{each.partition("msgstr ")[0]}msgstr ""\n' for each in messages)
    project.write(path, "\n".join([head, start, *empty]))
    return [project.relative(path)]


def _languages(root: yaml.Node | None) -> yaml.SequenceNode | None:
    """Return where a configuration lists its languages."""
    plugins = _value(root, "plugins")
    options = plugins.value if isinstance(plugins, yaml.SequenceNode) else [plugins]
    found = (_value(_value(each, "i18n"), "languages") for each in options)
    return next((each for each in found if isinstance(each, yaml.SequenceNode)), None)


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for name, value in pairs if name.value == key), None)


def _pairs(node: yaml.Node) -> Iterator[tuple[str, Any]]:
    for key, value in node.value if isinstance(node, yaml.MappingNode) else []:
        yield key.value, value.value


def _link(others: list[dict[str, Any]], code: str) -> str:
    """Return where the switcher leads, in the form that the others have; nothing without one."""
    for other in reversed(others):
        link, own = other.get("fixed_link"), other.get("locale")
        if isinstance(link, str) and isinstance(own, str) and own in link:
            return link.replace(own, code)
    return f"{code}/" if any("fixed_link" in other for other in others) else ""


def _written(entry: Mapping[str, str], **how: Any) -> str:  # noqa: ANN401 what yaml takes
    return str(yaml.safe_dump(dict(entry), **how, width=1000)).strip()


def _end(node: yaml.Node) -> int:
    """Return where a node ends, comments behind it left out."""
    if node.end_mark.index <= node.start_mark.index or isinstance(node, yaml.ScalarNode):
        return int(node.end_mark.index)
    if getattr(node, "flow_style", False) or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[-1] if isinstance(last, tuple) else last)


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _hold(before: str, after: str, code: str, path: str) -> None:
    """Make sure that one language was added and nothing else; raises ``AuthoringError``."""
    try:
        then, now = (list(settings.read(text, path).languages) for text in (before, after))
    except SettingsError as error:
        raise AuthoringError(str(error)) from error
    if [*then, Language(code, own_name(code))] != now:
        message = f"cannot add {code!r} to plugins.i18n.languages in {path}; write it there"
        raise AuthoringError(message)
