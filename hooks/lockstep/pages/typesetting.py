"""What goes into running text: values as a language writes them, and lines joined as it joins them.

Which value goes where is ``injection``'s business.
"""

import decimal
import re
from functools import lru_cache

from babel import Locale
from babel.numbers import format_decimal, format_percent

from lockstep.ground.language import Language
from lockstep.guides.directive import ValueDirective
from lockstep.guides.markup import is_wide
from lockstep.notebooks.output import clean
from lockstep.notebooks.recording import Scalar

_LINK_END = re.compile(r"\]\([^)]*\)$")
_MARKUP = "*_~`"


def formatted(value: Scalar, wanted: ValueDirective, language: Language) -> str:
    """Return a recorded value as the page's language writes it, on one line."""
    if not isinstance(value, int | float) or isinstance(value, bool) or wanted.format == "text":
        return " ".join(clean(str(value)).split())
    return _number(value, wanted.format, wanted.digits, language.locale)


@lru_cache(maxsize=512, typed=True)
def _number(value: float, form: str, digits: int | None, locale: Locale) -> str:
    decimals = "." + "0" * digits if digits else ""
    if digits is None and isinstance(value, float):
        decimals = ".######"
    # Babel rounds in decimal arithmetic, which by default has no more than 28 digits.
    with decimal.localcontext() as context:
        context.prec = 5000
        if form == "percent":
            return str(format_percent(value, f"#,##0{decimals}%", locale=locale))
        return str(format_decimal(value, f"#,##0{decimals}", locale=locale))


def escaped(text: str) -> str:
    """Return text that Markdown and HTML leave alone, wherever it stands.

    Also in tables, and at the start of a line, where a number and a dot would begin a list.
    """
    return "".join(
        f"&#{ord(character)};" if _means_something(character, first=at == 0) else character
        for at, character in enumerate(text)
    )


def _means_something(character: str, *, first: bool) -> bool:
    harmless = character.isalpha() if first else character.isalnum() or character == " "
    return character.isascii() and not harmless


def joins(line: str, following: str) -> bool:
    """Whether a line break between two lines would show as a space between CJK characters."""
    before = _LINK_END.sub("", line.rstrip()).rstrip(_MARKUP)
    after = following.lstrip(" \t>").lstrip(_MARKUP + "[!")
    return bool(before and after) and is_wide(before[-1]) and is_wide(after[0])


def join(line: str, following: str) -> str:
    """Put two lines side by side, so that two pieces of emphasis do not melt into one."""
    touching = line[-1] in _MARKUP and following[0] in _MARKUP
    return f"{line}{'<!-- -->' if touching else ''}{following}"


def append(result: list[str], fence: list[str], following: str) -> None:
    """Append a fence, apart from its neighbours by one blank line: two would end a footnote."""
    if fence and _is_blank(fence[0]) and (not result or _is_blank(result[-1])):
        fence = fence[1:]
    if fence and _is_blank(fence[-1]) and _is_blank(following):
        fence = fence[:-1]
    result.extend(fence)


def _is_blank(line: str) -> bool:
    return not line.strip(" \t>")
