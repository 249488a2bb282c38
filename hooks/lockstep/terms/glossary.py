"""The glossary: terms in every language, what each means, and which of its forms get a tooltip.

The file is a YAML list of entries; the head of this project's ``glossary.yml`` says what each key
is for. An entry that cannot be used is a finding and left out; the rest stands. One that is not yet
there in a language is a debt, and no term in that language. Where terms occur in a text is
``finder``'s business, what a page makes of them ``rendering``'s and ``tooltips``'.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from yaml import MappingNode, MarkedYAMLError, Node, ScalarNode, SequenceNode

from lockstep.ground import yaml
from lockstep.ground.language import Language, Languages
from lockstep.ground.location import Location
from lockstep.ground.problem import Problem, Severity

_PARTS = ("also", "definition", "reading", "sought", "unless")
"""Keys whose value has a part for each language."""
_AVOIDED = {"form", "why", "means"}
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_KATAKANA = range(0x30A1, 0x30F7)
_TO_HIRAGANA = {code: code - 0x60 for code in _KATAKANA}


@dataclass(frozen=True, slots=True)
class Avoided:
    """A form that guides must not use for a term."""

    form: str
    why: str
    """Why not, in the words of the glossary."""
    means: str = ""
    """What it rightly means elsewhere, where it means anything."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term."""

    location: Location
    anchor: str
    """``id`` of its entry on the glossary page, the same in all languages: ``term-batch-size``."""
    forms: Mapping[str, tuple[str, ...]]
    """Language code to the term as guides write it, then its other approved forms; the source
    language first, others only where the term is named and defined in them."""
    definitions: Mapping[str, str]
    """Language code to a sentence."""
    readings: Mapping[str, str] = field(default_factory=dict)
    """Language code to the letters by which readers look the term up, where its form has others."""
    tooltips: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Language code to the forms that get a tooltip where they are first used."""
    unless: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Language code to longer expressions in which a form means something else."""
    avoided: Mapping[str, tuple[Avoided, ...]] = field(default_factory=dict)
    """Language code to what guides must not say."""
    sought: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Language code to what readers may search for and guides do not write."""

    def told_in(self, code: str) -> str:
        """Return the language in which readers of a language are told of the term."""
        return code if code in self.forms else next(iter(self.forms))


@dataclass(frozen=True, slots=True)
class Glossary:
    """All terms of a site."""

    path: str
    terms: tuple[Term, ...] = ()
    problems: tuple[Problem, ...] = ()

    def forms_in(self, code: str) -> list[str]:
        """Return all approved forms of all terms in a language."""
        return [form for term in self.terms for form in term.forms.get(code, ())]

    def in_order(self, language: Language) -> list[Term]:
        """Return the terms as readers of a language expect to find them.

        By letter, whatever the case; Latin letters come first. Chinese by pinyin, because the
        common characters stand in that order in GB 2312 (GB/T 2312-1980, level 1). Japanese by
        kana, whose order looks past voicing marks and long vowels, from ``readings`` for kanji.
        """
        code = language.code

        def key(term: Term) -> tuple[bytes, str]:
            written = term.readings.get(code, term.forms[term.told_in(code)][0])
            return _collated(written, code), written

        return sorted(self.terms, key=key)


def read(text: str, path: str, languages: Languages) -> Glossary:
    """Read a glossary. Never raises for what a file can hold: findings are in ``problems``."""
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
        nodes = root.value if isinstance(root, SequenceNode) else []
        entries = [loader.construct_document(node) for node in nodes]
    except yaml.UNREADABLE as error:
        line, said = yaml.told(error)
        return _unreadable(path, line + 1, said)
    if not isinstance(root, SequenceNode | None):
        return _unreadable(path, 1, "not a list; an entry begins with `- en: term`")
    terms: dict[str, Term] = {}
    problems: list[Problem] = []
    for node, entry in zip(nodes, entries, strict=True):
        where = Location(path, node.start_mark.line + 1)
        faults = list(_faults(entry, languages))
        if not faults:
            term = _term(entry, where, languages)
            first = terms.setdefault(term.anchor, term)
            if first is not term:
                name = term.forms[languages.source.code][0]
                faults = [f"{name!r} stands already at {first.location}"]
        problems.extend(Problem(where, "bad-glossary", fault) for fault in faults)
    for language in languages.translations:
        problems += _owed(zip(nodes, entries, strict=True), languages.source, language, path)
    return Glossary(path, tuple(terms.values()), tuple(problems))


def _owed(
    entries: Iterable[tuple[Node, Any]], source: Language, language: Language, path: str
) -> Iterator[Problem]:
    """Yield where terms are not yet there in a language: once where none is."""
    code = language.code
    missing: list[Problem] = []
    whole = 0
    for node, entry in entries:
        if not isinstance(entry, Mapping):
            continue
        name = entry.get(source.code)
        owed = []
        if entry.get(code) is None:
            owed.append(f"{name!r} has no `{code}:`; write the term as guides in this language do")
        if _of(entry, "definition").get(code) is None:
            owed.append(f"{name!r} has no definition in {code}; write `definition: {{{code}: …}}`")
        whole += not owed
        where = Location(path, node.start_mark.line + 1)
        missing += [Problem(where, "untranslated-term", message, Severity.DEBT) for message in owed]
    if whole or not missing:
        yield from missing
        return
    message = (
        f"no term is named and defined in {language.name} ({code}) yet: pages in it have no "
        f"tooltips, and show the glossary in another language; write `{code}:` and "
        f"`definition: {{{code}: …}}`"
    )
    yield Problem(Location(path, 1), "untranslated-term", message, Severity.DEBT)


class _Loader(yaml.Loader):
    """A safe loader that refuses half a character, which no file can hold and no page show."""

    def construct_scalar(self, node: ScalarNode | MappingNode) -> str:
        value = super().construct_scalar(node)
        if _SURROGATE.search(value):
            said = "a surrogate is half a character; write the character itself"
            raise MarkedYAMLError(problem=said, problem_mark=node.start_mark)
        return value


def _unreadable(path: str, row: int, said: str) -> Glossary:
    message = " ".join(said.split())
    return Glossary(path, problems=(Problem(Location(path, row), "bad-glossary", message),))


def _faults(entry: Any, languages: Languages) -> Iterator[str]:  # noqa: ANN401 any YAML
    """Yield what is wrong with an entry, and how to mend it."""
    codes = [language.code for language in languages]
    source = languages.source.code
    if not isinstance(entry, Mapping):
        yield f"`{entry}` is no entry; expected {', '.join(f'`{code}:`' for code in codes)}"
        return
    name = entry.get(source)
    known = [*codes, *(f"{code}_avoid" for code in codes), *_PARTS, "tooltip"]
    for key in entry:
        if key not in known:
            yield f"unknown key `{key}:` in {name!r}; known: {', '.join(known)}"
    for code in codes:
        if not _is_text(entry.get(code)) and (code == source or entry.get(code) is not None):
            yield f"{name!r} has no `{code}:`; write the term as guides in this language do"
        defined = _of(entry, "definition").get(code)
        if not _is_text(defined) and (code == source or defined is not None):
            yield f"{name!r} has no definition in {code}; write `definition: {{{code}: …}}`"
        yield from _faults_of_forms(entry, name, code)
    yield from _faults_of_parts(entry, name, codes)


def _faults_of_parts(entry: Mapping[str, Any], name: object, codes: list[str]) -> Iterator[str]:
    for key in _PARTS:
        if key in entry and not isinstance(entry[key], Mapping):
            yield f"`{key}:` of {name!r} is no mapping; expected `{key}: {{{codes[0]}: …}}`"
    for key in ("also", "definition", "sought", "tooltip", "unless"):
        for code in _of(entry, key):
            if code not in codes:
                yield f"`{key}:` of {name!r} has `{code}:`; the languages are {', '.join(codes)}"
    for key, given in _of(entry, "reading").items():
        if key not in codes or not _is_text(given):
            yield f"`reading:` of {name!r} has `{key}: {given}`; expected a language, and letters"


def _faults_of_forms(entry: Mapping[str, Any], name: object, code: str) -> Iterator[str]:
    forms = _texts(_of(entry, "also").get(code, []))
    if forms is None:
        yield f"`also:` of {name!r} has no list of forms in {code}: `also: {{{code}: [form]}}`"
    approved = [entry.get(code), *(forms or ())]
    avoided = entry.get(f"{code}_avoid", [])
    for item in avoided if isinstance(avoided, list) else [avoided]:
        if not isinstance(item, Mapping) or not all(_is_text(item.get(k)) for k in ("form", "why")):
            yield f"{code}_avoid of {name!r} has `{item}`; expected `{{form: …, why: …}}`"
        elif not {*item} <= _AVOIDED or not _is_text(item.get("means", "-")):
            yield (
                f"{code}_avoid of {name!r} has `{item}`; beside `form` and `why` there can be "
                "`means: …`, what the form rightly means elsewhere"
            )
        elif item["form"] in approved:
            yield f"{name!r} has {item['form']!r} both as a form to use and as one to avoid"
    for key in ("sought", "unless"):
        if _texts(_of(entry, key).get(code, [])) is None:
            yield f"`{key}:` of {name!r} has no list of expressions in {code}: `{{{code}: [text]}}`"
    if _tooltip(entry, code) is None:
        yield (
            f"`tooltip:` of {name!r} cannot be read; expected `false`, or by language `false` or "
            f"a list of forms: `tooltip: {{{code}: [form]}}`"
        )


def _term(entry: Mapping[str, Any], where: Location, languages: Languages) -> Term:
    forms: dict[str, tuple[str, ...]] = {}
    tooltips: dict[str, tuple[str, ...]] = {}
    unless: dict[str, tuple[str, ...]] = {}
    avoided: dict[str, tuple[Avoided, ...]] = {}
    sought: dict[str, tuple[str, ...]] = {}
    for code in (language.code for language in languages):
        if entry.get(code) is None or entry["definition"].get(code) is None:
            continue
        also = _texts(_of(entry, "also").get(code, [])) or ()
        wanted = _tooltip(entry, code)
        forms[code] = (entry[code], *also)
        unless[code] = _texts(_of(entry, "unless").get(code, [])) or ()
        sought[code] = _texts(_of(entry, "sought").get(code, [])) or ()
        avoided[code] = tuple(Avoided(**item) for item in entry.get(f"{code}_avoid") or ())
        tooltips[code] = forms[code] if wanted is True else wanted or ()
    words = re.findall(r"\w+", entry[languages.source.code].lower())
    anchor = "-".join(["term", *words])
    definition = {code: entry["definition"][code] for code in forms}
    readings = dict(_of(entry, "reading"))
    return Term(where, anchor, forms, definition, readings, tooltips, unless, avoided, sought)


def _tooltip(entry: Mapping[str, Any], code: str) -> tuple[str, ...] | bool | None:
    """Return the forms that get a tooltip, ``True`` for all; ``None`` where none can be read."""
    wanted = entry.get("tooltip", True)
    if isinstance(wanted, Mapping):
        wanted = wanted.get(code, True)
    if isinstance(wanted, bool):
        return True if wanted else ()
    return _texts(wanted)


def _of(entry: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = entry.get(key)
    return found if isinstance(found, Mapping) else {}


def _texts(value: object) -> tuple[str, ...] | None:
    return tuple(value) if isinstance(value, list) and all(map(_is_text, value)) else None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _collated(text: str, code: str) -> bytes:
    folded = text.casefold()
    if code.startswith("zh"):
        return folded.encode("gb18030")
    kana = unicodedata.normalize("NFKD", folded).translate(_TO_HIRAGANA)
    letters = (c for c in kana if not unicodedata.combining(c) and c not in "ー・ -")
    return "".join(letters).encode() if code.startswith("ja") else folded.encode()
