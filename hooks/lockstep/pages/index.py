"""The search index of one language: its pages by passage, and words that mean the same.

What a browser makes of it is the business of ``hooks/theme/scripts/search/``, which reads
this JSON, compact because readers load it::

    {"language": "zh",
     "same": [["allreduce", "全归约"], …],
     "pages": [["zh/labs/…/", 1, [["anchor", "title", "text"], …]], …]}

``same`` lists forms of one term. The number behind an address is what hits on the page count for.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from lockstep.pages import passages
from lockstep.pages.passages import Passage
from lockstep.terms.glossary import Glossary, Term
from lockstep.terms.wording import Marker

_BRACKETS = re.compile(r"\s*[(\uff08]([^)\uff09]*)[)\uff09]")


@dataclass
class Index:
    """What is searched on the pages of one language."""

    language: str
    """Its code."""
    source: str
    """Code of the source language: readers of any other know the field's words in it too."""
    glossary: Glossary | None
    mark: Marker
    read: Callable[[str, str], list[Passage]] = passages.read
    """From a page's HTML and title to its passages."""
    pages: dict[str, tuple[float, list[Passage]]] = field(default_factory=dict)
    """Address of each to what hits on it count for, and to its passages."""

    def add(self, address: str, html: str, title: str, meta: Mapping[str, Any]) -> None:
        """Add a page as its reader gets it, or what it has become.

        address: from the root of the site. Front matter can hold what Material's own search takes,
        ``search: {exclude: true}`` and ``search: {boost: 2}``.
        """
        wanted = meta.get("search")
        wanted = wanted if isinstance(wanted, Mapping) else {}
        boost = wanted.get("boost", 1)
        if not wanted.get("exclude"):
            counts = boost if isinstance(boost, int | float) else 1
            self.pages[address] = (counts, self.read(html, title))

    def written(self) -> bytes:
        """Return the index as JSON."""
        texts = [
            text
            for _, found in self.pages.values()
            for passage in found
            for text in (passage.title, passage.text)
        ]
        marked = self.mark(texts)
        pages = (
            [address, boost, [[it.anchor, next(marked), next(marked)] for it in found]]
            for address, (boost, found) in self.pages.items()
        )
        terms = self.glossary.terms if self.glossary else ()
        known = [self._forms(term) for term in terms]
        # One form alone is worth telling where a reader may join its parts: warm-up, warmup.
        same = [forms for forms in known if len(forms) > 1 or not forms[0].isalnum()]
        index = _json({"language": self.language, "same": same, "pages": []})
        # Page by page: as one value and as text, it would be the most that a build has in memory.
        parts = (part for page in pages for part in (b",", _json(page)))
        return b"".join([index.removesuffix(b"]}"), *islice(parts, 1, None), b"]}"])

    def _forms(self, term: Term) -> list[str]:
        """Return what readers of the language may call a term, as the guides do first."""
        forms = [part for form in term.forms.get(self.language, ()) for part in _parts(form)]
        wrong = (it.form for it in term.avoided.get(self.language, ()) if not it.means)
        typed = (*term.sought.get(self.language, ()), *wrong)
        reading = term.readings.get(self.language)
        forms += [*typed, *([reading] if reading else []), term.forms[self.source][0]]
        return [*dict.fromkeys(forms)]


def _json(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def _parts(form: str) -> Iterator[str]:
    """Yield a form, where it adds another in brackets both, since each is written alone too."""
    yield _BRACKETS.sub("", form)
    yield from _BRACKETS.findall(form)
