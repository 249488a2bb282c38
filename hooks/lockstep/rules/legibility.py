"""Whether a guide reads as it was meant: marks, tags and emphasis that got lost on the way.

What readers see, ``visible`` says. Whether it is well written, ``style`` asks.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from lockstep.ground.language import Language
from lockstep.ground.location import Location
from lockstep.ground.problem import Problem, Severity
from lockstep.ground.script import LETTERS
from lockstep.guides import document
from lockstep.guides.document import Document
from lockstep.guides.prose import GAP
from lockstep.guides.section import Section
from lockstep.pages.site import Site
from lockstep.rules.places import Places
from lockstep.rules.visible import Block, ConversionError, Visible, see
from lockstep.translations.translation import Standing

STRAY = {
    "emphasis": r"(?:(?<=\S)\*\*|\*\*(?=\S))(?!\w*args\b)|(?<!\w)__(?=[^\W_])|(?<=[^\W_])__(?!\w)"
    r"|(?<![\w*])\*(?=[^\s*])[^*]*?[^\s*]\*(?![\w*])"
    rf"|\*\* [^*\n]*[{LETTERS}][^*\n]* \*\*",
    "a link": r"\]\([^()\s]*\)|\] ?[(（](?:https?:|\.{0,2}/|#)"
    rf"|(?<![\w\]])\[(?!{GAP}\]\[\])[^\[\]\n]+\]\[(?!\w+(?:\.\w+)+\])[^\]\s]*\]",
    "a footnote": r"\[\^[^\]\s]+\]",
    "an anchor or a class": r"\{:?\s*[#.][\w-]+[^{}]*\}",
    "an admonition": r"(?:\A|\n)(?:!!!|\?\?\?\+?) ?[a-z]+(?=\s|\Z)",
    "a tab": r"(?:\A|\n)===[!+]? *\"",
    "code": r"(?<![`\"'“「])`{1,2}(?![`\"'”」])",
}
"""What Markdown should have read, and how it looks where it did not.

A link to a dotted name, or from nothing but code, is one that a plugin may resolve (autorefs).
"""
_STRAY = re.compile("|".join(f"(?P<_{at}>{form})" for at, form in enumerate(STRAY.values())))
_SUSPECT = re.compile(r"[*_`\]{]|!!!|\?\?\?|===")
"""What stands in all that is stray: most text has nothing of it."""
_EMPTY = {
    "a": (r"\[\s*\]\(|<a\b[^<>]*>\s*</a>", "a link without words; give it some, or delete it"),
    "code": (r"`\s+`|<code>\s*</code>", "code without any; delete the marks"),
    "em": (r"<em>\s*</em>|<em />", "emphasis of nothing; delete it"),
    "li": (
        r"^[\s>]*(?:[-*+]|\d+[.)])(?:\s|&nbsp;|<!--.*?-->)*$",
        "a list item without text; delete it",
    ),
    "strong": (r"<strong>\s*</strong>", "emphasis of nothing; delete it"),
}
"""What is empty: how it is written, and what to say of it."""
_EMPTY_HEADING = (r"<h\d\b[^<>]*>\s*</h\d>", "a heading without a title; delete it")
_QUOTES = re.compile('[「『《【“‘]|"[^"]+"')
_GLIMPSES = 3
"""How many lost words a message quotes."""


def seen(
    documents: Iterable[tuple[Language, Document]], site: Site
) -> tuple[dict[str, Visible], list[Problem]]:
    """Return what readers see of a page, by code of language, and why where that cannot be known.

    documents: the page in each language that has it.
    """
    found: dict[str, Visible] = {}
    if site.convert is None:
        return found, []
    try:
        for language, guide in documents:
            found[language.code] = see(guide, site.convert)
    except ConversionError as error:
        message = f"pages cannot be looked at as readers see them: {error}"
        where = Location(error.path, 1)
        return {}, [Problem(where, "stray-markup", message, Severity.ADVICE)]
    return found, []


def problems(seen: Visible, visible: Mapping[str, Visible], site: Site) -> Iterator[Problem]:
    """Yield what a guide shows to its readers and should not.

    visible: what readers see of the page, by code of language. Where guides do not follow this
    project's conventions, plugins that are not known may read what seems to be stray: there a
    translation must only show nothing of a kind that its English does not show.
    """
    found = list(_shown(seen))
    if not site.settings.conventions:
        source = visible.get(site.settings.languages.source.code)
        known = {_kind(each) for each in _shown(source)} if source else set()
        found = [each for each in found if source and _kind(each) not in known]
    yield from found


def _shown(visible: Visible) -> Iterator[Problem]:
    places = Places(visible)
    for block in visible.blocks:
        if _SUSPECT.search(block.text):
            yield from _stray(block, places)
        if block.empty:
            yield from _empty(block, places)


def _kind(problem: Problem) -> str:
    return (
        problem.message.rpartition(": ")[2] if problem.rule == "stray-markup" else problem.message
    )


def lost_emphasis(
    site: Site, language: Language, page: str, visible: Mapping[str, Visible]
) -> Iterator[Problem]:
    """Yield the sections of a translated page that show nothing in bold, where their English does.

    visible: what readers see of the page, by code of language. Italics in English are free, as
    Chinese and Japanese have none, and what is in bold may stand in quotes there. A section that
    fell behind counts where the English that it was made from has something in bold, and today's.
    """
    today = visible.get(site.settings.languages.source.code)
    theirs = visible.get(language.code)
    if not today or not theirs or -1 in today.headings or -1 in theirs.headings:
        return
    here_by, there_by = _by_row(today), _by_row(theirs)
    for each in site.standings(language, page):
        if each.source is None or each.translated is None:
            continue
        here, there = _blocks(here_by, each.source), _blocks(there_by, each.translated)
        if any(block.strong or block.emphasis for block in there):
            continue
        bold = _bold(here)
        quoted = _quotes(block.text for block in here) - _quotes(bold)
        if bold and _quotes(block.text for block in there) <= quoted and _was_bold(each, site):
            words = ", ".join(repr(it) for it in bold[:_GLIMPSES])
            more = f" and {len(bold) - _GLIMPSES} more" if len(bold) > _GLIMPSES else ""
            message = (
                f"#{each.anchor} shows nothing in bold, where its English ({each.source.location}) "
                f"has {words}{more}; mark the same words"
            )
            sure = Severity.ERROR if site.settings.conventions else Severity.ADVICE
            yield Problem(each.translated.location, "lost-emphasis", message, sure)


def _stray(block: Block, places: Places) -> Iterator[Problem]:
    seen: set[str] = set()
    text = block.text
    for match in _STRAY.finditer(text):
        kind = list(STRAY)[int(str(match.lastgroup)[1:])]
        if kind not in seen:
            seen.add(kind)
            shown = " ".join(text[max(match.start() - 8, 0) : match.end() + 8].split())
            message = (
                f"readers see {shown!r}: {kind} that Markdown does not read as such; mend it, "
                "or write it as code"
            )
            yield Problem(places.of(block, *match.span()), "stray-markup", message)


def _empty(block: Block, places: Places) -> Iterator[Problem]:
    for tag, _ in block.empty:
        pattern, said = _EMPTY.get(tag, _EMPTY_HEADING)
        message = f"`<{tag}></{tag}>` is {said}"
        yield Problem(places.at(block, pattern), "empty-markup", message)


def _by_row(visible: Visible) -> dict[int, list[Block]]:
    """Return the text below each heading by its line, without headings and footnotes."""
    below: dict[int, list[Block]] = {}
    for block in visible.blocks:
        if not (block.is_footnote or block.is_heading):
            below.setdefault(block.heading, []).append(block)
    found: dict[int, list[Block]] = {}
    for blocks in below.values():
        found.setdefault(visible.lines(blocks[0]).start, []).extend(blocks)
    return found


def _blocks(by_row: Mapping[int, list[Block]], section: Section) -> list[Block]:
    """Return the text of a section."""
    rows = (row for row in by_row if section.first <= row < section.end)
    return [block for row in rows for block in by_row[row]]


def _bold(blocks: Iterable[Block]) -> list[str]:
    return [words for block in blocks for words in block.strong if words]


def _quotes(texts: Iterable[str]) -> int:
    """Return how often something is quoted: the other way to set words apart."""
    return sum(len(_QUOTES.findall(text)) for text in texts)


def _was_bold(standing: Standing, site: Site) -> bool:
    """Whether the English from which a section was made has something in bold."""
    then = standing.accepted
    if then is None or standing.source is None or then.plain == standing.source.text:
        return True
    english = document.read(then.plain, then.location.path)
    blocks = see(english, site.convert).blocks if site.convert else ()
    return bool(_bold(block for block in blocks if not block.is_heading))
