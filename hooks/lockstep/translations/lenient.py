"""What is no fault in documentation that was not written for this engine: all of it, here.

Translators there may add a title, a note, a link, a line of output; say ``code`` in plain words;
link to a translated article; write a list, an example or a remark in another form. What means the
same as something of its English takes that's value, so that ``comparison`` finds it equal. What
surely is there in some form, or only in the translation, is pardoned.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import cast
from urllib.parse import unquote, urlsplit

from lockstep.ground.problem import Problem
from lockstep.guides.item import Code, Item, Text
from lockstep.translations.alignment import align
from lockstep.translations.findings import Findings
from lockstep.translations.part import Part
from lockstep.translations.rewording import bare, is_translated, localised, reworded, share

_CODES = frozenset({"en", "zh", "ja", "ko", "cn", "jp", "tw", "hans", "hant", "us", "gb"})
"""Parts of the names of languages in addresses, beside those of the site."""
_LOCAL = re.compile(r"[a-z]{2}(?:[-_][A-Za-z]{2,4})?")
_CODELIKE = re.compile(r"[\d_./\\=<>{}$@:()\[\]]|[a-z][A-Z]")
_LINES = re.compile(r"(\d{1,4})-(\d{1,4})")
_DATE = re.compile(r"(?:([A-Za-z])\1+[\W_]?){2,}")
"""How dates are written, in an order that is each language's own (``YYYY/MM/DD``)."""
_MARKS = {
    re.compile(r"(?<=\S)\s+[*+•]\s(?=\S)"): 1,
    re.compile(r"(?<=\S)\s+-\s(?=\S)"): 2,
    re.compile(r"(?<=\S)\s+\d+[.)]\s(?=\S)"): 2,
}
"""What begins an item of a list, and how often it must stand in a text to be no other mark."""
_INNER = re.compile(r".+(?=https?://)")
_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})\s*[A-Za-z]")
_DEEP = 3
"""How many steps at the end of an address must be the same for it to be the same page's."""
_SHORT = 3
"""Letters and digits below which code is too short to be missed."""
_UNLIKE = 0.15
"""Share of lines that two blocks of code must have in common to be one, and not two."""


class Leniency:
    """What is pardoned on a page."""

    def __init__(
        self,
        ours: Iterable[Item],
        theirs: Iterable[Item],
        texts: tuple[str, str],
        codes: Collection[str],
    ) -> None:
        """Take what a page holds in English and in its translation.

        texts: all of the English, and of the translation; codes: of the languages that the site
        knows.
        """
        self._codes = _CODES | {part.lower() for code in codes for part in re.split("[-_]", code)}
        self._source, self._text = map(bare, texts)
        theirs = list(theirs)
        self._dates = {_date(str(it.value)) for it in theirs if it.kind == "code"} - {""}
        self._english = Counter(self._page(it) for it in ours if it.kind == "link")
        self._links = Counter(self._page(it) for it in theirs if it.kind == "link")
        self._images = {self._picture(it) for it in theirs if it.kind == "image"}

    def pardoned(self, ours: Part, theirs: Part) -> set[Item | Text]:
        """Return what is not to be asked for in a section; what means the same becomes equal."""
        found: set[Item | Text] = {it for part in (ours, theirs) for it in part.items
                                   if it.kind in {"directive", "value"}}  # fmt: skip
        found |= {it for it in theirs.items if it.kind in {"code", "link", "image"}}
        found |= {it for it in ours.all("code") if not self._is_lost(it)}
        found |= {it for it in ours.all("link") if self._is_linked(it)}
        found.update(self._moved(ours, theirs))
        found |= self._pictures(ours.all("image"), theirs.all("image"))
        found |= self._fences(ours.all("fence"), theirs.all("fence"))
        for item in (*ours.all("block"), *theirs.all("block")):
            item.value = "!!!" if "`" in item.shown else item.value
        for kind in ("step", "block"):
            _by_position(ours.all(kind), theirs.all(kind))
        return found

    def _is_lost(self, code: Item) -> bool:
        """Whether inline code is such that nobody translates it, and nowhere in the translation."""
        said = str(code.value)
        plain = bare(said)
        return (
            len(plain) >= _SHORT
            and bool(_CODELIKE.search(said))
            and " " not in said.strip()
            and plain not in self._text
            and _date(said) not in self._dates
        )

    def _is_linked(self, link: Item) -> bool:
        """Whether the translation links to a page, though it be by its address on the web."""
        page = self._page(link)
        is_ours = not urlsplit(str(link.value)).netloc
        return not page or any(
            page == each
            or (is_ours and each.endswith(f"/{page}"))
            or (not is_ours and _is_moved(page, each))
            for each in self._links
        )

    def _moved(self, ours: Part, theirs: Part) -> Iterator[Text]:
        """Yield the texts that another place has: a link or code went there, and none got lost."""
        here = {self._page(it) for it in theirs.all("link")} | {""}
        gone = {
            it.block for it in ours.all("link")
            if (page := self._page(it)) not in here and self._links[page] >= self._english[page]
        }  # fmt: skip
        known = {bare(str(it.value)) for it in theirs.all("code")}
        codes: dict[int, set[str]] = {}
        for it in ours.all("code"):
            plain = bare(str(it.value))
            if plain not in known and len(plain) >= _SHORT:
                codes.setdefault(it.block, set()).add(plain)
        for block, lost in codes.items():
            if all(self._text.count(each) >= self._source.count(each) for each in lost):
                gone.add(block)
        return (text for text in ours.texts if text.block in gone)

    def _pictures(self, ours: Sequence[Item], theirs: Sequence[Item]) -> set[Item]:
        """Return the images that are there, perhaps in a version of their own for a language."""
        known = {self._picture(it) for it in ours}
        others = sum(self._picture(it) not in known for it in theirs)
        lost = [it for it in ours if self._picture(it) not in self._images]
        return set(ours) - set(lost[others:])

    def _fences(self, ours: Sequence[Item], theirs: Sequence[Item]) -> set[Item]:
        found: set[Item] = set()
        for item, other in align(ours, theirs, _alike):
            if item and other:
                here, there = _code(other), _code(item)
                options = dict(there.options)
                options |= {
                    key: text for key, text in here.options
                    if key in options
                    and _spread(localised(options[key])) != _spread(localised(text))
                }  # fmt: skip
                code = reworded(str(there.code), str(here.code), there.language)
                other.value = there._replace(options=tuple(sorted(options.items())), code=code)
                other.path = item.path
            elif item and bare(str(_code(item).code)) in self._text:
                found.add(item)
            elif other:
                found.add(other)
        return found

    def _page(self, link: Item) -> str:
        """Return what is the same of an address in every language; nothing of a mere fragment."""
        address = unicodedata.normalize("NFKC", unquote(str(link.value)))
        # A search for a page, or its archive, leads to that page.
        parts = urlsplit(_INNER.sub("", address).removesuffix(")"))
        labels = [each for each in parts.netloc.lower().split(".") if each != "www"]
        if "wikipedia" in labels:
            return "wikipedia"
        host = ".".join(each for each in labels if not self._is_code(each))
        path = parts.path.removesuffix("/").removesuffix("index.md").removesuffix("index.html")
        steps = [each for each in path.split("/")
                 if each not in {"", ".", ".."} and not self._is_code(each)]  # fmt: skip
        if steps:
            steps[-1] = self._without_code(steps[-1]).removesuffix(".md").removesuffix(".html")
        return "/".join([host, *steps]) if host else "/".join(steps[-2:])

    def _picture(self, image: Item) -> str:
        name = urlsplit(unquote(str(image.value))).path.rpartition("/")[2]
        return "" if is_translated(name) else self._without_code(name)

    def _is_code(self, step: str) -> bool:
        parts = re.split("[-_]", step.lower())
        return bool(_LOCAL.fullmatch(step)) and all(part in self._codes for part in parts)

    def _without_code(self, name: str) -> str:
        """Return ``page.md`` for ``page.zh-cn.md`` and ``page_ja.png`` without what says so."""
        stem, dot, ending = name.rpartition(".")
        for sign in ".-_":
            start, _, code = stem.rpartition(sign)
            if start and self._is_code(code):
                return start + dot + ending
        return name


def endless(ours: Part, theirs: Part) -> Iterator[Problem]:
    """Yield the first block of code of a translation that does not end: another begins in it.

    What behind it seems to be lost stands in it, and is not to be told.
    """
    if any(_begins(it) is not None for it in ours.all("fence")):
        return  # code with fences in it
    for it in theirs.all("fence"):
        text = _begins(it)
        if text is not None:
            found = Findings(ours, theirs)
            rows = enumerate(theirs.document.lines)
            row = next(row for row, line in rows if row > it.index and text.strip() in line)
            line = theirs.document.at(row).line
            said = f"has a block of code that does not end: the next begins in it (line {line})"
            found.say("parity-fences", said, it.index)
            yield from found.problems()
            return


def run_on(ours: Part, theirs: Part) -> tuple[list[Problem], set[Item]]:
    """Return that a list became running text, and the steps that are not to be told then.

    That is where marks of items stand in a text, as many as items are missing.
    """
    english, translated = ours.all("step"), theirs.all("step")
    missing = len(english) - len(translated)
    for text in theirs.texts:
        for marks, fewest in _MARKS.items():
            if missing == len(marks.findall(text.words)) >= fewest:
                found = Findings(ours, theirs)
                said = "an item" if missing == 1 else f"{missing} items"
                said = f"has {said} of a list as running text (line {theirs.line(text)})"
                found.say("parity-steps", said, text.index)
                return list(found.problems()), {*english, *translated}
    return [], set()


def _begins(fence: Item) -> str | None:
    """Return the line of a block of code in which another begins; the first says it itself."""
    lines = str(_code(fence).code).split("\n")[1:]
    return next((line for line in lines if _FENCE.match(line)), None)


def certain(found: Iterable[Problem]) -> Iterator[Problem]:
    """Yield what is left of findings without what is no loss: a translation may say more."""
    for each in found:
        left = each.without(lambda said: said.startswith(("adds ", "lacks a quote")))
        if left is not None:
            yield left


def _by_position(ours: Sequence[Item], theirs: Sequence[Item]) -> None:
    """Let what is equally often there be the same."""
    if len(ours) == len(theirs):
        for item, other in zip(ours, theirs, strict=True):
            other.value, other.path = item.value, item.path


def _spread(option: str) -> list[str]:
    """Return the words of an option, each line of a range of lines (``4-6``) by itself."""
    words: list[str] = []
    for word in option.split():
        lines = _LINES.fullmatch(word)
        words += map(str, range(int(lines[1]), int(lines[2]) + 1)) if lines else [word]
    return words


def _is_moved(page: str, other: str) -> bool:
    """Whether two addresses are those of one page, in folders that a site has moved."""
    ours, theirs = page.split("/"), other.split("/")
    return ours[0] == theirs[0] and len(ours) > _DEEP and ours[-_DEEP:] == theirs[-_DEEP:]


def _date(code: str) -> str:
    """Return the parts of a form of dates in one order; nothing of other code."""
    return "".join(sorted(code)) if _DATE.fullmatch(code) else ""


def _alike(item: Item, other: Item) -> float:
    ours, theirs = _code(item), _code(other)
    english = str(ours.code)
    common = share(english, str(theirs.code), ours.language)
    named = 0.1 * (bool(ours.options) and ours.options == theirs.options)
    if reworded(english, str(theirs.code), ours.language) == english:
        return 1.5 + common / 2 + named
    # Several blocks that are somewhat alike must not part two that are equal.
    return 0.2 + common**2 + named if common > _UNLIKE else 0.0


def _code(fence: Item) -> Code:
    return cast("Code", fence.value)
