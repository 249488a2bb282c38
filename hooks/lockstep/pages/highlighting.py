"""Code in, HTML with marks for what each word is out: pymdownx's own highlighter, made quick.

Injected code so looks like any other on the page.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from operator import itemgetter
from typing import Any

from markdown import Markdown
from pygments.token import Name, Operator, Punctuation, Text, Whitespace

from lockstep.pages import lexing

Highlighter = Callable[[str, str, Mapping[str, str]], str]
"""Source, language and options of a pymdownx fence (``hl_lines``, ``title``) to HTML."""
_PLAIN = re.compile(r'<span class="(?:n|o|p|w)">([^<]*)</span>')
"""Names, operators, punctuation and blanks, as Pygments marks them. They have no colour of their
own, and are two thirds of all that a browser has to style on the page of a lab."""


_ALIKE = frozenset({Name, Operator, Punctuation, Text, Whitespace})
"""The same, and what is not marked, as Pygments calls them."""


class _Unstyled:
    """A style of Pygments that a formatter need not read: where elements have classes, none is."""

    def __iter__(self) -> Iterator[Any]:
        return iter(())


def highlighter(markdown: Markdown) -> Highlighter:
    """Return the highlighter of a converter's fenced code blocks (pymdownx.superfences)."""
    fenced: Any = markdown.preprocessors["fenced_code_block"]
    fenced.get_hl_settings()
    fenced.highlighter = _quick(fenced.highlighter)
    if not fenced.noclasses:
        fenced.pygments_style = _Unstyled()

    def highlight(source: str, language: str, options: Mapping[str, str]) -> str:
        # Lines to mark beyond this count are dropped; it still is that of the fence with the key.
        fenced.line_count = source.count("\n") + 1
        wanted = dict(options)  # of which it takes out what it has read
        found = fenced.highlight(
            source, language, wanted, markdown, classes=[], id_value="", attrs={}
        )
        return _PLAIN.sub(itemgetter(1), str(found))

    return highlight


@cache
def _quick(kind: Any) -> Any:  # noqa: ANN401 pymdownx has no types
    """Return a class of highlighters like another, with quick lexers; itself, if it has them."""
    if getattr(kind, "is_quick", False):
        return kind

    known: dict[str, tuple[Any, str]] = {}
    """Lexers by all that Pygments finds one by: it goes through hundreds of them."""

    def get_lexer(self: Any, source: str, language: str, *given: Any) -> tuple[Any, str]:  # noqa: ANN401 see above
        meant = self.get_extended_language(language)
        wanted = repr((meant, self.default_lang, self.noclasses, given))
        if self.guess_lang or wanted not in known:
            lexer, name = kind.get_lexer(self, source, language, *given)
            alike = frozenset() if self.noclasses else _ALIKE
            known[wanted] = lexing.quick(lexer, alike), name
        return known[wanted]

    return type(kind.__name__, (kind,), {"get_lexer": get_lexer, "is_quick": True})
