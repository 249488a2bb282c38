"""Terms in translations: where the English uses a term, the translation uses an approved form.

What counts as use is the running text of a section (``prose``). Chinese is not cut into words here:
what a form is part of, the glossary's longer forms and its ``unless`` tell.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from lockstep.ground.language import Language
from lockstep.ground.location import Location
from lockstep.ground.problem import Problem, Severity
from lockstep.guides import section
from lockstep.guides.document import Document
from lockstep.guides.prose import Part, Run, runs
from lockstep.guides.section import Section
from lockstep.pages.site import Site
from lockstep.terms.finder import Finder, Occurrence
from lockstep.terms.glossary import Avoided, Glossary, Term


@dataclass(frozen=True, slots=True)
class Use:
    """A term in the English of a section."""

    term: Term
    location: Location
    form: str
    binding: bool
    """Whether it surely is the term: in a sentence, in a form that means nothing else."""


Uses = Mapping[str, tuple[Use, ...]]
"""Anchor of a section to the terms used in it, each once."""


class Terminology:
    """The terms of a site, ready to be looked for."""

    def __init__(self, site: Site) -> None:
        """Take the site; one without a glossary has no terms."""
        self._site = site
        self._glossary = site.glossary or Glossary("")
        self._source = site.settings.languages.source.code
        self._english = Finder(self._glossary, self._source)
        self._avoided: dict[str, Finder] = {}
        self._used: tuple[Document, Uses] | None = None
        """The terms of the English guide that was asked for last: each language asks for it."""

    def problems(self, language: Language, page: str) -> Iterator[Problem]:
        """Yield where a translated page does not say a term as its English does."""
        document = self._site.guides.get(self._source, {}).get(page)
        translated = self._site.guides.get(language.code, {}).get(page)
        if not self._glossary.terms or document is None or translated is None:
            return
        if self._used is None or self._used[0] is not document:
            self._used = (document, self.uses(document))
        english = self._origins(self._used[1], language, page)
        yield from self.compare(translated, language.code, english)

    def uses(self, document: Document) -> Uses:
        """Return the terms that an English guide uses, section by section."""
        found: dict[str, dict[str, Use]] = {}
        for anchor, run in _by_section(document, section.sections(document)):
            if run.part is Part.FOOTNOTE:
                continue
            used = found.setdefault(anchor, {})
            text = _flat(run)
            for it in self._english.find(text):
                if text.startswith(it.term.unless[self._source], it.start):
                    continue
                binding = it.shown and run.part is Part.BODY and not run.is_linked(it.start)
                known = used.get(it.term.anchor)
                if known is None or (binding and not known.binding):
                    form = text[it.start : it.end]
                    used[it.term.anchor] = Use(it.term, run.at(it.start), form, binding)
        return {anchor: tuple(used.values()) for anchor, used in found.items()}

    def _origins(self, today: Uses, language: Language, page: str) -> Uses:
        """Return the terms in the English from which a translation was made.

        today: those of today's English, which counts where nothing else was accepted.
        """
        accepted = self._site.accepted.get(language.code, {}).get(page)
        changed = {
            each.anchor
            for each in self._site.standings(language, page)
            if each.accepted and not (each.source and each.source.text == each.accepted.plain)
        }
        earlier = self.uses(accepted) if accepted and changed else {}
        return {**today, **{anchor: earlier.get(anchor, ()) for anchor in changed}}

    def compare(self, document: Document, code: str, english: Uses) -> Iterator[Problem]:
        """Yield what is wrong with the terms in a translated guide.

        code: of its language; english: what the English from which it was made uses.
        """
        texts: dict[str, list[Run]] = {}
        sections = section.sections(document)
        for anchor, run in _by_section(document, sections):
            texts.setdefault(anchor, []).append(run)
        said = "\n".join(_flat(run) for runs in texts.values() for run in runs)
        forms = {it.form for term in self._glossary.terms for it in term.avoided.get(code, ())}
        avoided = [form for form in forms if form in said]
        for each in sections:
            uses = english.get(each.anchor, ())
            theirs = texts.get(each.anchor, [])
            yield from _missing(each, code, uses, theirs)
            for run in theirs:
                if any(form in _flat(run) for form in avoided):
                    yield from self._forbidden(run, code, uses)

    def _forbidden(self, run: Run, code: str, uses: tuple[Use, ...]) -> Iterator[Problem]:
        if run.part is Part.FOOTNOTE:
            return  # sources are called what they call themselves
        used = {use.term.anchor: use for use in uses}
        for it in self._finder(code).find(_flat(run)):
            if it.shown:
                use = used.get(it.term.anchor)
                avoided = _avoided(it, _flat(run), code)
                if use or not avoided.means:
                    yield _said(avoided, it.term, run.at(it.start), code, use)

    def _finder(self, code: str) -> Finder:
        """Return what finds the forms to avoid, but where they are part of approved ones."""
        if code not in self._avoided:
            terms = tuple(
                replace(term, tooltips={code: tuple(it.form for it in term.avoided[code])})
                for term in self._glossary.terms
                if code in term.forms
            )
            self._avoided[code] = Finder(replace(self._glossary, terms=terms), code)
        return self._avoided[code]


def _missing(
    each: Section, code: str, uses: tuple[Use, ...], theirs: list[Run]
) -> Iterator[Problem]:
    text = _bare("".join(run.text for run in theirs))
    for use in uses:
        forms = use.term.forms.get(code, ())
        if not forms or not use.binding or any(bare in text for bare in _all_bare(forms)):
            continue
        if any(it.form in text for it in use.term.avoided[code]):
            continue  # forbidden-term says so
        approved = " or ".join(map(repr, forms))
        message = (
            f"section {each.anchor!r} never says {approved}, where its English says {use.form!r} "
            f"({use.location}); say it, or why not: `<!-- lockstep: allow missing-term because … "
            "-->`"
        )
        yield Problem(each.location, "missing-term", message, Severity.ADVICE)


def _said(avoided: Avoided, term: Term, where: Location, code: str, use: Use | None) -> Problem:
    english = f" ({use.location})" if use else ""
    source = use.form if use else term.anchor.removeprefix("term-").replace("-", " ")
    message = (
        f"{avoided.form!r} for {source!r}{english}; say {term.forms[code][0]!r}: {avoided.why}"
    )
    if avoided.means:
        message += f". Right only where it means: {avoided.means}"
    severity = Severity.ADVICE if avoided.means else Severity.ERROR
    return Problem(where, "forbidden-term", message, severity)


def _avoided(it: Occurrence, text: str, code: str) -> Avoided:
    form = text[it.start : it.end]
    return next(each for each in it.term.avoided[code] if each.form == form)


def _by_section(document: Document, sections: Sequence[Section]) -> Iterator[tuple[str, Run]]:
    """Yield the running text of a guide with the anchor of the section in which it stands."""
    begun = [(document.at(each.first).line, each.anchor) for each in sections]
    lines, anchors = [line for line, _ in begun], [section.TOP, *(anchor for _, anchor in begun)]
    for run in runs(document):
        yield anchors[bisect_right(lines, run.location.line)], run


def _flat(run: Run) -> str:
    return run.text.replace("\n", " ")


@lru_cache(maxsize=4096)  # each section asks
def _all_bare(forms: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(_bare, forms))


def _bare(text: str) -> str:
    """Return a text as it is compared: without blanks, whatever the case."""
    return "".join(text.split()).casefold()
