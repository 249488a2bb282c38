"""Notices to readers: what of a page or a section is not, or no longer, in their language.

When there is one, ``publishing`` decides. They are no part of the text: searches pass them over.
"""

from html import escape

from lockstep.ground.language import Words
from lockstep.pages.block import Notice, NoticeBlock, PassageEnd, PassageStart

NOTICES = {
    Notice.BEHIND: "The original of this section has changed since it was translated. {link}",
    Notice.CHANGED: "The steps of this section have changed and are not yet translated; you are "
    "reading the original.",
    Notice.UNTRANSLATED: "This section is not yet translated; you are reading the original.",
    Notice.ANNOUNCED: "This section is not yet translated. {link}",
    Notice.WITHDRAWN: "The original no longer has this section. {link}",
}
"""What a reader is told of a section, with a link where the original is not right below."""


def of_page(words: Words) -> str:
    """Return the notice above a page that stands in for one not yet written in this language."""
    text = words("This page is not yet available in this language; you are reading the original.")
    return _notice(escape(text), words) + "\n"


def html(block: NoticeBlock | PassageStart | PassageEnd, words: Words, original: str) -> str:
    """Return the notice under the heading of a section, or an edge of what is not translated.

    original: address of the page in the source language, from the page that is read.
    """
    if isinstance(block, PassageStart):
        return f'<div class="lockstep-passage" lang="{escape(block.language)}">'
    if isinstance(block, PassageEnd):
        return "</div>"
    address = escape(f"{original}#{block.anchor}" if block.anchor else original)
    link = f'<a href="{address}">{escape(words("Read the original."))}</a>'
    return _notice(escape(words(NOTICES[block.notice])).replace("{link}", link), words)


def _notice(text: str, words: Words) -> str:
    lang = escape(words.language.code)
    return (
        f'<div class="admonition note lockstep-notice" lang="{lang}" data-search-exclude>'
        f"<p>{text}</p></div>"
    )
