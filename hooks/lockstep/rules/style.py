"""Whether a page is written as its language is: advice, since each of these rules can be wrong.

Punctuation and spaces are those of Chinese and Japanese. What is left in another language is looked
for in text and in code.
"""

import re
from collections.abc import Iterator

from pygments.lexers import find_lexer_class_by_name
from pygments.token import Comment
from pygments.util import ClassNotFound

from lockstep.ground.language import Language
from lockstep.ground.problem import Problem, Severity
from lockstep.ground.script import (
    CLOSING,
    HAN,
    KANA,
    KATAKANA,
    LETTERS,
    OPENING,
    STOPS,
    is_full_width,
    is_japanese,
)
from lockstep.guides.document import Document, Fence
from lockstep.guides.prose import GAP
from lockstep.rules.places import Places
from lockstep.rules.visible import Block, Visible

RULES = ("cjk-in-code", "half-width-punctuation", "space-at-join", "untranslated-text")
"""The names of the rules."""

_FULL_WIDTH = {
    "zh": dict(zip(",.:;?!(", "，。：；？！（", strict=True)),
    "ja": dict(zip(",.:;?!(", "、。：；？！（", strict=True)),
}
"""Language to punctuation to its form of full width."""
_FREE = {"zh": "(", "ja": "(:"}
"""Language to punctuation of which either form is good style: the page's own usage decides."""
_WIDE = f"{LETTERS}{CLOSING}"
# Marks come first, and what stands before them is looked at then: few characters are marks.
_HALF_WIDTH = re.compile(
    rf"[,.:;?!(](?:(?<=[{_WIDE}],)(?!\d)|(?<=[{_WIDE}][;!?])(?!\))|(?<=[{_WIDE}]:)(?![/)-]|\w+:)"
    rf"|(?<=[{_WIDE}]\.)(?:(?![\w./])|(?=[{LETTERS}]))|(?<=[{_WIDE}]\()(?=[^()]*\))"
    rf"|(?<=[A-Za-z0-9{GAP}][,;:])(?= ?[{LETTERS}])|(?<=\()(?=[{LETTERS}][^()]*\)))"
)
_ADDRESS = re.compile(r"\w+://[^\s，。）]+")
_NUMERALS = re.compile(r"[第一二三四五六七八九十百]*\Z")
_SPACE = re.compile(rf"[ \t\n]+(?=[{LETTERS}{OPENING}{CLOSING}{STOPS}])")
_BEFORE_SPACE = re.compile(f"[{LETTERS}{OPENING}{CLOSING}、。，：；]")
_COMPOUND = re.compile(f"[{KATAKANA}]{{2}}")
_LETTER = re.compile(f"[{LETTERS}]")
_PREVAILS = 3
"""How many times as often a form stands in a page that uses it and not the other."""
_LATIN = re.compile(rf"[^。！？：；|•*\[\]{{}}()_=<>#@$\\\u2028{LETTERS}]{{15,}}")
"""Text of some length without what parts sentences or belongs to code."""
_WORD_OR_END = re.compile(rf"[A-Za-zÀ-ɏ]+(?:['’-][A-Za-zÀ-ɏ]+)*|[.!?:;](?=[\s{GAP}]|\Z)")
_QUOTES = r"“[^”]*”|「[^」]*」|『[^』]*』|《[^》]*》|\"[^\"]*\""
_SAID = re.compile(rf"{_QUOTES}|（[^）]*）|\([^)]*\)|\{{%.*?%\}}|\{{\{{.*?\}}\}}")
"""Quotes, glosses and templates: words that may be another's."""
_QUOTED = re.compile(rf"{_QUOTES}|'[^']*'|`[^`]*`")
_WORDS = {5: 3, 6: 2}
"""How many words make an English sentence, and how many of them are of its grammar then."""
_GRAMMAR = frozenset(
    re.findall(
        r"\w+",
        "a an and any are as at be been but by can do does for from had has have how if in into is "
        "it its may must no not of on only or our should so than that the their then there these "
        "they this those to was we were what when where which while who will with would you your",
    )
)
_MANY = 5
"""How many English blocks are said once, where they are most of a page."""
_DIAGRAMS = {"mermaid"}
"""Languages of fences of which readers see all words."""
_GLIMPSES = 3
"""How many places a message quotes."""
_SHORT = 60
"""How many characters of a text a message quotes."""


def problems(visible: Visible, language: Language) -> Iterator[Problem]:
    """Yield what in the text of a page is not written as its language is."""
    if is_full_width(language):
        places = Places(visible)
        code = language.locale.language
        yield from _punctuation(visible, places, code)
        yield from _spaces(visible, places)
        yield from _untranslated(visible, places)


def code(document: Document, language: Language) -> Iterator[Problem]:
    """Yield the hand-written code of a guide in which Chinese or Japanese was left over."""
    for fence in document.fences:
        if _LETTER.search(fence.code):
            found = [it for it in _words(fence) if _is_foreign(_QUOTED.sub("", it[1]), language)]
            if found:
                row, said = found[0]
                message = (
                    f"{_shortened(said)!r} in the code is in another language than the page; "
                    "translate it"
                )
                where = document.at(min(fence.first + 1 + row, fence.last))
                yield Problem(where, "cjk-in-code", message, Severity.ADVICE)


def _punctuation(visible: Visible, places: Places, code: str) -> Iterator[Problem]:
    """Yield the blocks with half-width marks where the script has full-width ones."""
    forms = _FULL_WIDTH[code]
    found = [(block, _marks(block)) for block in visible.blocks]
    used = {mark: sum(mark == it[0] for _, its in found for it in its) for mark in _FREE[code]}
    for mark, times in used.items():
        full = sum(block.text.count(_FULL_WIDTH[code][mark]) for block in visible.blocks)
        if full < _PREVAILS * times:
            forms = {each: form for each, form in forms.items() if each != mark}
    for block, marks in found:
        wrong = [it for it in marks if it[0] in forms]
        if wrong:
            wanted = ", ".join(
                f"{forms[it]!r} for {it!r}" for it in dict.fromkeys(w[0] for w in wrong)
            )
            message = f"readers see {_glimpses(block, wrong)}; write {wanted}"
            where = places.of(block, *wrong[0].span())
            yield Problem(where, "half-width-punctuation", message, Severity.ADVICE)


def _marks(block: Block) -> list[re.Match[str]]:
    text = block.text
    if "://" in text:
        text = _ADDRESS.sub(lambda it: GAP * len(it[0]), text)
    return [
        it
        for it in _HALF_WIDTH.finditer(text)
        if not (it[0] == "." and _NUMERALS.match(text[: it.start()]))
    ]


def _spaces(visible: Visible, places: Places) -> Iterator[Problem]:
    """Yield the blocks with spaces where the script has none.

    Japanese puts them between the words of a compound in katakana. In headings they part a number
    from a title; around links and emphasis they are good style.
    """
    for block in visible.blocks:
        wrong = [
            it
            for it in _SPACE.finditer(block.text)
            if not (block.is_heading or block.edges & {it.start(), it.end()})
            and _is_wrong(block.text[max(it.start() - 1, 0)], block.text[it.end()])
        ]
        if wrong:
            cause = "a line break" if "\n" in wrong[0][0] else "a space"
            message = f"readers see {cause} in {_glimpses(block, wrong)}; delete it"
            where = places.of(block, *wrong[0].span())
            yield Problem(where, "space-at-join", message, Severity.ADVICE)


def _is_wrong(before: str, after: str) -> bool:
    """Whether no space may stand between two characters, the first of which can be none."""
    if not _BEFORE_SPACE.match(before):
        return False
    return not _COMPOUND.fullmatch(before + after) and bool(_LETTER.search(before + after))


def _untranslated(visible: Visible, places: Places) -> Iterator[Problem]:
    """Yield the blocks in which an English sentence stands."""
    texts = [block for block in visible.blocks if not block.is_footnote]
    found = [(block, it) for block in texts if (it := _sentence(block))]
    others = sum(bool(_LETTER.search(block.text)) for block in visible.blocks)
    if len(found) >= _MANY and len(found) > others:
        where = visible.document.at(visible.lines(found[0][0]).start)
        message = f"most of this page is in English: {len(found)} paragraphs; translate them"
        yield Problem(where, "untranslated-text", message, Severity.ADVICE)
        return
    for block, span in found:
        said = _shortened(block.text[slice(*span)])
        where = places.of(block, *span)
        message = f"{said!r} is English; translate it"
        yield Problem(where, "untranslated-text", message, Severity.ADVICE)


def _sentence(block: Block) -> tuple[int, int] | None:
    """Return where in a block the first English sentence begins and ends, if there is one."""
    if not _LATIN.search(block.text):
        return None
    text = _SAID.sub(lambda it: GAP * len(it[0]), block.text)
    for start, end in block.quoted:
        text = f"{text[:start]}{GAP * (end - start)}{text[end:]}"
    for run in _LATIN.finditer(text):
        words: list[re.Match[str]] = []
        for it in (*_WORD_OR_END.finditer(text, *run.span()), None):
            if it is not None and it[0][0].isalpha():
                words.append(it)
                continue
            if _is_sentence([word[0] for word in words]):
                return words[0].start(), words[-1].end()
            words = []
    return None


def _is_sentence(words: list[str]) -> bool:
    """Whether words are surely English, and no name or title, in which most are capitalised."""
    others = [word for word in words if word.lower() not in _GRAMMAR]
    grammar = len(words) - len(others)
    lower = sum(word[0].islower() for word in others)
    enough = any(len(words) >= length and grammar >= least for length, least in _WORDS.items())
    return enough and 2 * lower >= len(others)


def _words(fence: Fence) -> Iterator[tuple[int, str]]:
    """Yield what a fence says to people, with its row: comments, and all that a diagram says."""
    if fence.language in _DIAGRAMS:
        yield from enumerate(fence.code.split("\n"))
        return
    try:
        lexer = find_lexer_class_by_name(fence.language)()
    except ClassNotFound:
        return
    row = 0
    for kind, text in lexer.get_tokens(fence.code):
        if kind[:1] == Comment[:1]:
            yield row, text
        row += text.count("\n")


def _is_foreign(text: str, language: Language) -> bool:
    """Whether a text is surely in Chinese or Japanese, and the language is another."""
    if language.locale.language == "zh":
        return bool(re.search(f"[{KANA}]", text))
    if language.locale.language == "ja":
        chinese = "".join(re.findall(f"[{HAN}]", text))
        return not re.search(f"[{KANA}]", text) and not is_japanese(chinese)
    return bool(_LETTER.search(text))


def _glimpses(block: Block, matches: list[re.Match[str]]) -> str:
    """Quote what stands around the first of some matches, and say how many more there are."""
    quoted = [
        repr(" ".join(block.text[max(it.start() - 4, 0) : it.end() + 4].split()))
        for it in matches[:_GLIMPSES]
    ]
    more = f" and {len(matches) - _GLIMPSES} more" if len(matches) > _GLIMPSES else ""
    return ", ".join(quoted) + more


def _shortened(text: str) -> str:
    flat = " ".join(text.replace(GAP, "…").split())
    return flat if len(flat) <= _SHORT else f"{flat[: _SHORT - 1]}…"
