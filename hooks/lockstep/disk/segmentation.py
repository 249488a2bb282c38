"""Chinese text cut into words by jieba, which knows a site's own terms too."""

import logging
from collections.abc import Iterable

from lockstep.ground.language import Languages
from lockstep.terms.finder import Finder, Segmenter
from lockstep.terms.glossary import Glossary


def finders(glossary: Glossary | None, languages: Languages) -> dict[str, Finder]:
    """Return what finds a glossary's terms in text, by code of the text's language.

    None where there is no glossary.
    """
    if glossary is None:
        return {}
    codes = [language.code for language in languages]
    return {code: Finder(glossary, code, _segmenter(glossary, code)) for code in codes}


def _segmenter(glossary: Glossary, code: str) -> Segmenter:
    """Return what cuts text into words, the glossary's forms whole.

    The dictionary is loaded with the first text, which takes about a second; MkDocs' search shares
    it, so that a build loads it once. The search's own copy is left without the terms.
    """
    made: list[Segmenter] = []

    def segment(text: str) -> Iterable[str]:
        if not made:
            made.append(_loaded(glossary, code))
        return made[0](text)

    return segment


def _loaded(glossary: Glossary, code: str) -> Segmenter:
    import jieba  # noqa: PLC0415 no site without Chinese text needs it

    jieba.setLogLevel(logging.WARNING)  # it tells of each load otherwise
    jieba.dt.initialize()
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = dict(jieba.dt.FREQ), jieba.dt.total
    tokenizer.initialized = True
    for term in glossary.terms:
        for form in term.forms.get(code, ()):
            tokenizer.add_word(form)
    cut: Segmenter = tokenizer.cut
    return cut
