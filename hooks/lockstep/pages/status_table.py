"""How every page stands, as HTML in the reader's language: what ``{{ status }}`` shows.

What there is to show, ``overview`` says. Where pages are is handed in, because only who builds a
site knows its addresses.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from html import escape

from babel.dates import format_date
from babel.numbers import format_decimal

from lockstep.ground.language import Language, Words
from lockstep.guides.section import TOP
from lockstep.notebooks.fingerprint import Change
from lockstep.notebooks.lab import Lab
from lockstep.pages import overview
from lockstep.pages.overview import GuideState, PageState
from lockstep.pages.site import Site

Address = Callable[[str, str], str | None]
"""Language code and page to the page's address from here; ``None`` where it is not on the site."""

SECTIONS = {
    "outdated": "Outdated sections: {count}",
    "missing": "Sections not yet translated: {count}",
    "never accepted": "Sections never accepted: {count}",
    "removed": "Sections that the original no longer has: {count}",
    "program changed": "Sections whose program has changed: {count}",
}
"""What keeps sections from being current, and how a reader is told."""

KINDS = {
    "cell": "cell {item}",
    "module": "module {item}",
    "data file": "data file {item}",
    "number of": "number of ranks",
}
"""What may have changed since a recording, and what a reader knows it as."""

VERBS = {
    "changed": "{what} changed",
    "moved": "{what} moved",
    "is new": "{what} is new",
    "is gone": "{what} is gone",
    "has other values or tags in its header": "{what} records other values",
}
"""What became of it, and how a reader is told."""


def html(site: Site, states: Sequence[PageState], words: Words, address: Address, data: str) -> str:
    """Return the state of every page as tables, labs first.

    words: the reader's; data: address of the same as JSON.
    """
    table = _Tables(site, words, address)
    labs = [state for state in states if state["lab"]]
    others = [state for state in states if not state["lab"]]
    parts = [table.totals(states)]
    parts += [table.of(words("Labs"), labs, recorded=True)] if labs else []
    parts += [table.of(words("Other pages"), others, recorded=False)] if others else []
    link = f'<a href="{escape(data)}"><code>status.json</code></a>'
    note = escape(words("The same for programs: {link}")).replace("{link}", link)
    code = escape(words.language.code)
    body = "".join(parts)
    return (
        f'<div class="lockstep-status" lang="{code}" data-search-exclude>{body}<p>{note}</p></div>'
    )


class _Tables:
    """Writes tables of states for the readers of one language."""

    def __init__(self, site: Site, words: Words, address: Address) -> None:
        self.site = site
        self.words = words
        self.address = address
        self.source = site.settings.languages.source

    def totals(self, states: Sequence[PageState]) -> str:
        """Return how many pages are up to date, by language."""
        items = ""
        for language in self.site.settings.languages.translations:
            whole = sum(overview.is_whole(state["guides"][language.code]) for state in states)
            said = self.words("{count} of {total} pages are up to date")
            count, total = self._number(whole), self._number(len(states))
            said = said.format(count=count, total=total)
            items += f"<li>{_named(language)} {escape(said)}</li>"
        return f'<ul class="lockstep-totals">{items}</ul>'

    def of(self, caption: str, states: Sequence[PageState], *, recorded: bool) -> str:
        """Return one table; recorded: whether it tells when pages were run."""
        # Roles as well, which browsers forget where styles make a table something else.
        languages = list(self.site.settings.languages)
        heads = [escape(self.words("Page")), *map(_named, languages)]
        labels = [self.words("Page"), *(language.name for language in languages)]
        if recorded:
            heads.insert(1, escape(self.words("Run")))
            labels.insert(1, self.words("Run"))
        columns = "".join(f'<th scope="col" role="columnheader">{head}</th>' for head in heads)
        rows = ""
        for state in states:
            cells = [self._guide(state, language) for language in languages]
            if recorded:
                cells.insert(0, self._run(state))
            row = f'<th scope="row" role="rowheader">{self._title(state)}</th>'
            for label, cell in zip(labels[1:], cells, strict=True):
                row += f'<td role="cell" data-label="{escape(label)}"><div>{cell}</div></td>'
            rows += f'<tr role="row">{row}</tr>\n'
        return (
            f'<table class="lockstep-states" role="table"><caption>{escape(caption)}</caption>'
            f'<thead role="rowgroup"><tr role="row">{columns}</tr></thead>'
            f'<tbody role="rowgroup">\n{rows}</tbody></table>'
        )

    def _title(self, state: PageState) -> str:
        """Return the page's title in the reader's language, leading to it."""
        page = state["page"]
        if page is None:
            return f"<code>{escape(state['lab'] or '')}</code>"
        own, source = self.words.language.code, self.source.code
        for code in (own, source):
            guide = self.site.guides.get(code, {}).get(page)
            if guide and "title" in guide.meta:
                title = f'<span lang="{escape(code)}">{escape(str(guide.meta["title"]))}</span>'
                return _link(self.address(own, page), title)
        return _link(self.address(own, page), f"<code>{escape(page)}</code>")

    def _run(self, state: PageState) -> str:
        lab = self.site.labs[state["lab"] or ""]
        if state["run"] is None:
            reasons = "".join(f"<li>{escape(self._change(each))}</li>" for each in lab.stale)
            stale = escape(self.words("Not run as it is now"))
            return f'<span class="lockstep-damaged">{stale}</span><ul>{reasons}</ul>'
        when = format_date(date.fromisoformat(state["run"]), "medium", self.words.language.locale)
        told = f'<time datetime="{state["run"]}">{escape(when)}</time>'
        page = state["page"]
        found = self.address(self.words.language.code, page) if page else None
        return _link(f"{found}#lockstep-run" if found else None, told) + self._moved(lab)

    def _moved(self, lab: Lab) -> str:
        moved = [f"{change.name} {change.run} → {change.pinned}" for change in lab.pin_changes]
        if not moved:
            return ""
        versions = self.words(", ").join(moved)
        said = self.words("Versions have moved since: {versions}.", versions=versions)
        return f'<p class="lockstep-owed">{escape(said)}</p>'

    def _change(self, change: Change) -> str:
        if change.kind == "notebook":
            return self.words("Not yet run.")
        return self.words(VERBS[change.verb]).format(
            what=self.words(KINDS[change.kind]).format(item=change.item)
        )

    def _guide(self, state: PageState, language: Language) -> str:
        """Return how a page stands in one language."""
        guide = state["guides"][language.code]
        page = self._page(guide, language) or state["page"]
        if guide["page"] is None or page is None:
            return f'<span class="lockstep-owed">{escape(self.words("Not yet translated"))}</span>'
        here = self.address(language.code, page)
        if language == self.source:
            return _link(here, escape(self.words("Original")))
        if overview.is_whole(guide):
            return _link(here, escape(self.words("Up to date")), "lockstep-whole")
        return f"<ul>{''.join(self._owed(state, guide, page, language))}</ul>"

    def _owed(
        self, state: PageState, guide: GuideState, page: str, language: Language
    ) -> Iterator[str]:
        here, words = self.address(language.code, page), self.words
        if count := guide["damaged"]:
            said = words("Differences from the original: {count}", count=self._number(count))
            yield f"<li>{_link(here, escape(said), 'lockstep-damaged')}</li>"
        for what, phrase in SECTIONS.items():
            anchors = [anchor for anchor, found in guide["sections"].items() if found == what]
            if not anchors:
                continue
            told = escape(words(phrase).format(count=self._number(len(anchors))))
            if what == "never accepted" and state["page"] not in self.site.accepted.get(
                language.code, {}
            ):
                yield f"<li>{_link(here, told, 'lockstep-owed')}</li>"  # the page as a whole
            else:
                links = "".join(
                    f"<li>{self._section(state['page'] or page, anchor, language)}</li>"
                    for anchor in anchors
                )
                yield f'<li><span class="lockstep-owed">{told}</span><ul>{links}</ul></li>'
        if count := guide["comments"]:
            said = words("Comments not yet translated: {count}", count=self._number(count))
            yield f"<li>{_link(here, escape(said), 'lockstep-owed')}</li>"

    def _section(self, page: str, anchor: str, language: Language) -> str:
        """Return links to a section in a language and, where they differ, to its original."""
        titles = {
            code: title
            for code in (language.code, self.source.code)
            if (title := self._heading(code, page, anchor)) is not None
        }
        links = [
            f'<span lang="{escape(code)}">{_link(self._place(code, page, anchor), title)}</span>'
            for code, title in titles.items()
        ]
        return " · ".join(links)

    def _heading(self, code: str, page: str, anchor: str) -> str | None:
        """Return what a section is called, as HTML; ``None`` where it is not there."""
        guide = self.site.guides.get(code, {}).get(page)
        if anchor == TOP:
            return escape(self.words("Beginning of the page")) if guide else None
        headings = guide.headings if guide else ()
        found = (heading.title for heading in headings if heading.anchor == anchor)
        title = next(found, None)
        return None if title is None else escape(title.replace("`", "").replace("*", ""))

    def _place(self, code: str, page: str, anchor: str) -> str | None:
        found = self.address(code, page)
        return f"{found}#{anchor}" if found is not None and anchor != TOP else found

    def _page(self, guide: GuideState, language: Language) -> str | None:
        folder = f"{self.site.settings.guides}/{language.code}/"
        return guide["page"].removeprefix(folder) if guide["page"] else None

    def _number(self, count: int) -> str:
        return str(format_decimal(count, locale=self.words.language.locale))


def _named(language: Language) -> str:
    return f'<span lang="{escape(language.code)}">{escape(language.name)}</span>'


def _link(address: str | None, text: str, kind: str = "") -> str:
    """Return a link around HTML; the HTML alone where it leads nowhere."""
    named = f' class="{kind}"' if kind else ""
    if address is None:
        return f"<span{named}>{text}</span>" if kind else text
    return f'<a{named} href="{escape(address)}">{text}</a>'
