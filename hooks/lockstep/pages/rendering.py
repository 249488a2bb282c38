"""Blocks in, HTML out.

The HTML goes into the page as it is, past Markdown, so everything that comes from outside is
escaped here. Highlighting is handed in.
"""

import re
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from datetime import date
from html import escape
from typing import Any

from babel.dates import format_date
from markdown import Markdown

from lockstep.ground.language import Words
from lockstep.ground.problem import Problem
from lockstep.notebooks.lab import Lab
from lockstep.notebooks.recording import Run
from lockstep.pages import cells, notices
from lockstep.pages.block import (
    FENCE,
    Block,
    CodeBlock,
    GlossaryBlock,
    MarkBlock,
    NoticeBlock,
    NotRunBlock,
    OutputBlock,
    PassageEnd,
    PassageStart,
    StatusBlock,
)
from lockstep.pages.handwritten import REASONS
from lockstep.pages.highlighting import Highlighter, highlighter
from lockstep.terms.glossary import Term

Origin = Callable[[CodeBlock], str]
"""From a block of code to the address of its cell, from the page; empty where there is none."""

LEVELS = {
    "beginner": "for beginners",
    "intermediate": "some experience needed",
    "advanced": "for the experienced",
}
"""Levels of a lab, and how a reader is told."""

PLACES = {
    "laptop": "your own computer",
    "spark-cluster": "a Spark cluster",
    "databricks-15.4-lts-ml": "Databricks Runtime 15.4 LTS ML",
    "databricks-ml": "Databricks Runtime 15.4 LTS ML or newer",
}
"""Where a lab runs, and how a reader is told."""

MARKERS = {2: "\N{SYMBOL FOR START OF TEXT}", 3: "\N{SYMBOL FOR END OF TEXT}"}
"""What Python-Markdown marks its own placeholders with, and what stands for it in a block."""

_MARKERS = tuple(map(chr, MARKERS))


def _nowhere(_block: CodeBlock) -> str:
    """Return no address."""
    return ""


def fence(
    blocks: MutableMapping[str, Block],
    words: Callable[[], Words],
    original: Callable[[], str] = str,
    status: Callable[[Words], str] = str,
    origin: Origin = _nowhere,
) -> dict[str, Any]:
    """Return the fence of pymdownx.superfences that puts blocks in the place of their keys.

    blocks: those of the page that is being rendered; each is taken out when it is reached. words:
    is asked for the reader's language each time. original: for the address of the page's original,
    from the page. status: from words to how every page stands, as HTML. origin: see ``html``.
    """

    def render(
        source: str,
        language: str,  # noqa: ARG001
        class_name: str,  # noqa: ARG001
        options: dict[str, str],  # noqa: ARG001
        md: Markdown,
        **_: object,
    ) -> str:
        block = blocks.pop(source.strip(), None)
        if block is None:
            return ""
        if isinstance(block, StatusBlock):
            return status(words())
        found = html(block, words(), highlighter(md), original(), origin)
        # It takes each character of a figure, and hardly any page holds what it looks for.
        return found.translate(MARKERS) if any(map(found.__contains__, _MARKERS)) else found

    return {"name": FENCE, "class": FENCE, "format": render}


def html(
    block: Block,
    words: Words,
    highlight: Highlighter,
    original: str = "",
    origin: Origin = _nowhere,
) -> str:
    """Return a block as HTML in the reader's language.

    original: address of the original of the page, where it is a translation. origin: from a block
    of code to where its cell stands.
    """
    if isinstance(block, NoticeBlock | PassageStart | PassageEnd):
        return notices.html(block, words, original)
    if isinstance(block, MarkBlock | StatusBlock):  # that of the pages, a build knows
        return _mark(block.problem) if isinstance(block, MarkBlock) else ""
    if isinstance(block, GlossaryBlock):
        entries = "".join(_entry(term, block.language) for term in block.terms)
        return f'<dl class="lockstep-glossary">{entries}</dl>'
    if isinstance(block, NotRunBlock):
        reason = escape(words(REASONS[block.reason]))
        code = highlight(block.code, block.language, {"title": block.title} if block.title else {})
        return f'<div class="lockstep-not-run"><p class="lockstep-reason">{reason}</p>{code}</div>'
    if isinstance(block, OutputBlock):
        marked, cell = marks(block.marks), escape(block.cell)
        body = cells.outputs(block.outputs, block.alt)
        return f'<div class="lockstep-result" data-cell="{cell}">{marked}{body}</div>'
    return cells.html(block, words, highlight, origin(block), marks(block.marks))


def above(  # noqa: PLR0913, PLR0917 a page and its reader
    meta: Mapping[str, Any],
    lab: Lab | None,
    found: Iterable[Problem],
    words: Words,
    code: str,
    offered: str = "",
) -> str:
    """Return what stands above a page's text.

    meta, lab: the guide's front matter and the lab that it carries; found: what an author must
    know of the page; words: the reader's; code: of the language that the page is written in, which
    is another one where a translation is missing; offered: what a lab offers to take away, as HTML.
    """
    notice = "" if code == words.language.code else notices.of_page(words)
    return notice + (lab_header(meta, lab, words, offered) if lab else "") + marks(found)


def lab_header(meta: Mapping[str, Any], lab: Lab, words: Words, offered: str = "") -> str:
    """Return the lines under a lab's title: how long, for whom, where, and what it was run with.

    meta: the guide's front matter (``duration`` in minutes, ``level``, ``runs-on``). offered: what
    it offers to take away, as HTML.
    """
    items = "".join(f"<li>{escape(fact)}</li>" for fact in facts(meta, words))
    run = lab.recording.run if lab.recording else None
    text = words("Not yet run.") if run is None else provenance(run, words)
    moved = [f"{change.name} {change.run} → {change.pinned}" for change in lab.pin_changes]
    if moved:
        since = words("Versions have moved since: {versions}.", versions=words(", ").join(moved))
        text = f"{text} {since}"
    lang = escape(words.language.code)
    return (
        f'<aside class="lockstep-run" id="lockstep-run" lang="{lang}" data-search-exclude>'
        f'<ul class="lockstep-facts">{items}</ul>'
        f'<p class="lockstep-provenance">{escape(text)}</p>{offered}</aside>\n'
    )


def facts(meta: Mapping[str, Any], words: Words) -> list[str]:
    """Return how long a lab takes, for whom it is, and where it runs, as far as its guide says."""
    minutes, places = meta.get("duration"), meta.get("runs-on")
    known = [PLACES[place] for place in PLACES if isinstance(places, list) and place in places]
    found = [
        words("{minutes} minutes", minutes=minutes) if isinstance(minutes, int) else "",
        words(LEVELS.get(str(meta.get("level")), "")),
        " · ".join(map(words, known)),
    ]
    return [fact for fact in found if fact]


def marks(problems: Iterable[Problem]) -> str:
    """Return findings for the author as HTML."""
    return "".join(map(_mark, problems))


def provenance(run: Run, words: Words) -> str:
    """Return when and with what a lab was run, as a reader is told."""
    locale = words.language.locale
    when = format_date(date.fromisoformat(run.date), "long", locale=locale)
    facts = {"date": when, "versions": words(", ").join(run.products)}
    if not run.cluster:
        return words(
            "Every block was run on {date} with {versions}, not on Databricks itself.", **facts
        )
    return words(
        "Every block was run on {date} with {versions}, on a Spark cluster ({cluster}; executors: "
        "{executors}, ranks: {ranks}), not on Databricks itself.",
        cluster=run.cluster,
        executors=run.executors,
        ranks=run.ranks,
        **facts,
    )


def _entry(term: Term, code: str) -> str:
    told = term.told_in(code)
    name, *others = term.forms[told]
    # Not those that only add to the name, or are a part of it: who finds the one finds the other.
    others = [it for it in others if it.lower() not in name.lower() and name not in it]
    # Each part has a line of its own: the search would read its neighbours as one word.
    names = "".join(f"<dt>{escape(form)}</dt>\n" for form in others)
    abroad = " · ".join(
        f'<span lang="{escape(other)}">{escape(forms[0])}</span>'
        for other, forms in term.forms.items()
        if other != told and forms[0].lower() != name.lower()
    )
    lang = f' lang="{escape(told)}"' if told != code else ""
    if abroad:
        abroad = f'<dd class="lockstep-forms" data-search-exclude>{abroad}</dd>\n'
    return (
        f'<div{lang}><dt id="{escape(term.anchor)}">{escape(name)}</dt>\n{names}{abroad}'
        f"<dd>{escape(term.definitions[told])}</dd></div>\n"
    )


def _mark(problem: Problem) -> str:
    message = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(problem.message))
    where = escape(str(problem.location))
    return (
        f'<div class="lockstep-mark" role="alert"><strong>{escape(problem.rule)}</strong> '
        f"{message} <code>{where}</code></div>"
    )
