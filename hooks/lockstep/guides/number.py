"""Numbers in running text, however a language writes them.

``1,000``, ``1000`` and ``千`` are one number, whatever the width of its digits, and so are ``two``,
``2`` and ``两``. A word may mean several (``half`` is 50 % or 30 minutes), and every language says
some that another leaves out; so a number is compared by what it may mean, and what a word may mean
counts for it, never against it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

_FULL_WIDTH: dict[int, str] = {
    **{0xFF10 + digit: str(digit) for digit in range(10)},
    **{0x2460 + at: f" {at + 1} " for at in range(20)},
    ord("\N{FULLWIDTH FULL STOP}"): ".",
    ord("\N{VULGAR FRACTION ONE HALF}"): " half ",
}
_WIDE = re.compile(f"[{''.join(map(chr, _FULL_WIDTH))}]")
_ADDRESS = re.compile(r"[A-Za-z]+://[!-'*-=?-~]+|\{:?\s*[#.][^{}]*\}|\A\s*\d+[.)]\s")
"""Addresses, the anchors and classes of headings, and numbers by which these are counted."""
_DIGITS = re.compile(
    r"(?<![A-Za-z0-9_])(?<![A-Za-z0-9]\.)[vV]?"
    r"(?P<number>\d+(?:\.\d+)?[eE][-+\N{MINUS SIGN}]?\d+(?![A-Za-z0-9])"
    r"|\d+(?:[.,]\d+|[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}']\d{3}(?!\d))*)"
    r"(?P<scale>(?:\s*-?(?:hundred|thousand|million|billion|trillion)\b|\s?[kKM](?![A-Za-z0-9])"
    r"|\s*[百千万萬億亿兆]+)?)(?!\d|[A-Za-z]{4}|\s*[进進])"
)
_DIGIT = re.compile(r"[\d\u2460-\u2473]")
_SEPARATOR = re.compile(r"[,\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}']")
_THOUSANDS = re.compile(rf"\d{{1,3}}(?:{_SEPARATOR.pattern}\d{{3}})+(?:\.\d+)?")
_SCALES = {
    "hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "k": 10**3, "K": 10**3, "M": 10**6,
    "百": 10**2, "千": 10**3, "万": 10**4, "萬": 10**4, "億": 10**8, "亿": 10**8, "兆": 10**12,
}  # fmt: skip
_UNITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
          "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
          "eighteen", "nineteen")  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
             "tenth", "eleventh", "twelfth")  # fmt: skip
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september",
           "october", "november", "december")  # fmt: skip
COUNTED = {
    **{word: (at,) for at, word in enumerate(_UNITS)},
    **{word: (10 * at,) for at, word in enumerate(_TENS, 2)},
}
"""English words that say a number, and nothing else."""
_WORDS: dict[str, tuple[float, ...]] = {
    **COUNTED,
    **{word: (at,) for at, word in enumerate(_ORDINALS, 1)},
    **{f"{word}s": (at,) for at, word in enumerate(_ORDINALS, 1)},
    **{word: (at,) for at, word in enumerate(_MONTHS, 1)},
    **{word[:3]: (at,) for at, word in enumerate(_MONTHS, 1)},
    **{f"{word}{end}": (10**zeros,) for end in ("", "s") for word, zeros in (
        ("hundred", 2), ("thousand", 3), ("million", 6), ("billion", 9), ("trillion", 12))},
    "tens": (10,), "dozen": (12,), "dozens": (12,),
    **dict.fromkeys(("both", "pair", "pairs", "couple", "twice", "double", "doubles", "doubled",
                     "either", "neither", "twofold", "half", "halves", "halved"), (2,)),
    **dict.fromkeys(("thrice", "triple", "triples"), (3,)),
    **dict.fromkeys(("quarter", "quarters"), (4, 15, 25)),
}  # fmt: skip
_HALF = (0.5, 2, 30, 50)
_HALVES = frozenset({"half", "halves", "halved"})
_ENGLISH = re.compile(r"[A-Za-z]+")
_HAN = {
    **{digit: at for at, digit in enumerate("〇一二三四五六七八九")},
    "零": 0, "両": 2, "两": 2, "兩": 2, "双": 2, "雙": 2, "俩": 2, "倍": 2, "単": 1, "单": 1,
}  # fmt: skip
_HAN_SCALES = {"十": 10, **_SCALES}
_HAN_NUMBER = re.compile(r"[〇零一二三四五六七八九十百千万萬億亿兆两兩両双雙俩単单倍]+")
_SHARE = re.compile(r"[一二三四五六七八九\d]\s*[成割]")
_HUNDREDS = re.compile(r"(?<![A-Za-z0-9])([1-9])[xX]{2}(?![A-Za-z0-9])")
"""A range of status codes: ``4XX``."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written in digits."""

    text: str
    start: int
    """Where in the text it begins."""
    readings: tuple[frozenset[str], ...]
    """What it may mean; a list such as ``1,5`` in one reading is several numbers."""

    @property
    def is_small(self) -> bool:
        """Whether languages may rather spell it than write digits."""
        return self.text.isdigit() and int(self.text) <= 12  # noqa: PLR2004 as styles have it

    @property
    def is_trivial(self) -> bool:
        """Whether other languages say it with an article, or not at all."""
        return self.text in {"0", "1"}


@lru_cache(maxsize=4096)
def in_digits(text: str) -> tuple[Number, ...]:
    """Return the numbers that a text writes in digits, in order.

    What is part of a name (``D4ds_v5``, ``21Vianet``) or of an address is none, nor is the base of
    digits (``16 進``), for which English has a word.
    """
    if not _DIGIT.search(text):
        return ()
    clear = _ADDRESS.sub(lambda match: " " * len(match[0]), text)
    return tuple(
        Number(match["number"], match.start("number"), tuple(_readings(match)))
        for match in _DIGITS.finditer(_narrow(clear))
    )


def _narrow(text: str) -> str:
    """Return a text with digits as English writes them."""
    return text.translate(_FULL_WIDTH) if _WIDE.search(text) else text


def written(text: str) -> frozenset[str]:
    """Return every number that a text may say in digits."""
    return frozenset(
        [value for it in in_digits(text) for reading in it.readings for value in reading]
    )


@lru_cache(maxsize=4096)
def counted(text: str) -> frozenset[str]:
    """Return the numbers that an English text spells, but for those that are articles elsewhere."""
    words = COUNTED.keys() & map(str.lower, _ENGLISH.findall(text))
    return frozenset(str(COUNTED[word][0]) for word in words if COUNTED[word][0] > 1)


@lru_cache(maxsize=4096)
def said(text: str) -> frozenset[str]:
    """Return every number that a text may say, in digits or in words of any language known here."""
    found = {*written(text)}
    plain = _narrow(text)
    words = [word.lower() for word in _ENGLISH.findall(plain)]
    for word, following in zip(words, [*words[1:], ""], strict=False):
        if word not in _WORDS:
            continue
        values = _WORDS[word]
        found |= {_written(Decimal(str(value))) for value in values}
        if word in _TENS and following in (*_UNITS[1:10], *_ORDINALS[:9]):
            found.add(str(int(values[0] + _WORDS[following][0])))
        if following in _SCALES:
            found.add(str(int(values[0] * _SCALES[following])))
    if not _HALVES.isdisjoint(words) or "半" in plain:
        found |= {_written(Decimal(str(value))) for value in _HALF}
    for match in _HAN_NUMBER.finditer(plain):
        found |= {str(_HAN[sign]) for sign in match[0] if sign in _HAN}
        found |= {str(_HAN_SCALES[sign]) for sign in match[0] if sign in _HAN_SCALES}
        found.add(str(_han(match[0])))
    for match in _SHARE.finditer(plain):
        sign = match[0][0]
        found.add(str(10 * (int(sign) if sign.isdigit() else _HAN[sign])))
    found |= {f"{match[1]}00" for match in _HUNDREDS.finditer(plain)}
    return frozenset(found)


def _readings(match: re.Match[str]) -> Iterator[frozenset[str]]:
    text, scale = match["number"], match["scale"].strip(" -\n\t")
    whole = _SEPARATOR.sub("", text)
    if "e" in text.lower() or whole.count(".") > 1:
        yield frozenset({text.lower().replace("\N{MINUS SIGN}", "-")})
        return
    parts = [_plain(part) for part in _SEPARATOR.split(text)]
    thousands = _THOUSANDS.fullmatch(text)
    if thousands or len(parts) == 1:
        yield frozenset({_plain(whole)})
        factor = 1
        for sign in [scale] if scale in _SCALES else scale:
            factor *= _SCALES[sign]
        if scale:
            yield frozenset({_written(Decimal(whole) * factor)})
    if len(parts) > 1 and not thousands:
        yield frozenset(parts)
    if len(parts) == 2 and "." not in text:  # noqa: PLR2004 a decimal comma
        yield frozenset({_plain(text.replace(",", "."))})


def _plain(text: str) -> str:
    """Return a number without zeros in front; those behind count, as in version 3.10."""
    return text.lstrip("0") if text.lstrip("0")[:1].isdigit() else f"0{text.lstrip('0')}"


def _written(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _han(text: str) -> int:
    """Return what a number in Chinese characters says; their digits one by one where it is none."""
    if not any(sign in _HAN_SCALES for sign in text):
        return int("".join(str(_HAN[sign]) for sign in text))
    total = section = digit = 0
    for sign in text:
        if sign in _HAN:
            digit = _HAN[sign]
        elif (scale := _HAN_SCALES[sign]) < 10**4:
            section, digit = section + (digit or 1) * scale, 0
        else:
            total, section, digit = (total + section + digit or 1) * scale, 0, 0
    return total + section + digit
