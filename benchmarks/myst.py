"""A site for Sphinx with MyST: a project for each language, one configuration for all of them.

Pages are those of a site of ours, in MyST's Markdown with sphinx-design for tabs and what unfolds;
the theme is Sphinx's own, alabaster; its search has jieba for Chinese, and for Japanese Sphinx's
own splitter. What is not the same: a language knows nothing of the others, so there is no switch
between them; bold beside Chinese and Japanese punctuation is not rendered (CommonMark's rule);
diagrams are shown as their source; the theme is lighter than Material.
"""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from benchmarks import pasted
from benchmarks.pasted import Dialect, fence
from lockstep.disk.project import Project

LANGUAGES = {"zh": "zh_CN"}
"""What Sphinx calls a language, where that is not its code."""
_CONFIGURATION = """\
project = "Lockstep"
language = {language!r}
extensions = ["myst_parser", "sphinx_design"]
myst_enable_extensions = ["attrs_block", "attrs_inline", "colon_fence", "deflist"]
suppress_warnings = ["myst.header"]  # a piece of a lab may begin at a third level
html_theme = "alabaster"
html_show_sourcelink = False
html_copy_source = False
"""
_TREE = ("```{toctree}", ":glob:", ":hidden:", "", "glossary", "labs/*", "```")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_HEADING = re.compile(r"(?P<text>#+ .*?)\s*\{\s*(?P<anchor>#[\w-]+)\s*\}\s*")
_ANCHOR = re.compile(r"\]\(#|^\{#")
_DIVISION = re.compile(r"\s*</?div\b.*>\s*")
_CONTAINER = re.compile(
    r'(?P<indent> *)(?P<mark>!!!|\?\?\?\+?|===) *(?P<kind>[\w-]+)? *(?:"(?P<title>.*)")?'
)


def write(project: Project, folder: Path) -> None:
    """Write what a project of ours says as Sphinx projects, into an empty folder."""
    site = project.site()
    for language in site.settings.languages:
        root = folder / language.code
        root.mkdir(parents=True)
        name = LANGUAGES.get(language.code, language.code)
        (root / "conf.py").write_text(_CONFIGURATION.format(language=name), "utf-8")
    for language, page, document in site.documents():
        name = page.removesuffix(".md").replace("/", "-")
        made = pasted.page(site, document, language, Dialect(partial(text, name), _code, _folded))
        if not any(line.startswith("# ") for line in made.lines):
            made.lines[:0] = [f"# {made.meta['title']}", ""]
        if page == "index.md":
            made.lines.extend(["", *_TREE])
        path = folder / language.code / page
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made.file(), "utf-8")
        for figure, content in made.figures.items():
            (path.parent / figure).write_bytes(content)


def text(name: str, lines: Sequence[str]) -> list[str]:
    """Return a page in MyST; its anchors begin with its name, as Sphinx has each only once."""
    found = _converted(list(lines))
    return [_ANCHOR.sub(rf"\g<0>{name}-", line) for line in found]


def _converted(lines: list[str]) -> Iterator[str]:
    """Yield lines with headings' anchors, admonitions and tabs as MyST has them."""
    at = 0
    ending = ""
    while at < len(lines):
        line = lines[at]
        at += 1
        marks = _FENCE.match(line)
        if ending or marks:
            if ending and line.strip() == ending:
                ending = ""
            elif marks and not ending:
                ending = marks[1]
                line = re.sub(r"``` *mermaid", "```text", line)
            yield line
        elif heading := _HEADING.fullmatch(line):
            yield from (f"{{{heading['anchor']}}}", heading["text"])
        elif match := _CONTAINER.fullmatch(line):
            end = _end(lines, at, len(match["indent"]) + 4)
            body = [each[len(match["indent"]) + 4 :] for each in lines[at:end]]
            said = _container(match, [*_converted(body)])
            if match["mark"] == "===":
                said = _tabs(said, _begins(lines, at - 1), _ends(lines, end))
            yield from (f"{match['indent']}{each}".rstrip() for each in [*said, ""])
            at = end
        elif not _DIVISION.fullmatch(line):
            yield line


def _end(lines: Sequence[str], first: int, indent: int) -> int:
    """Return the line behind all that is indented so far, without blank lines at its end."""
    end = first
    for at in range(first, len(lines)):
        if lines[at].strip():
            if len(lines[at]) - len(lines[at].lstrip()) < indent:
                break
            end = at + 1
    return end


def _container(match: re.Match[str], body: Sequence[str]) -> list[str]:
    """Return an admonition, a tab or what unfolds as a directive."""
    title, kind, mark = match["title"] or "", match["kind"] or "note", match["mark"]
    colons = _colons(body)
    if mark == "===":
        return [f"{colons}{{tab-item}} {title}", *body, colons]
    if mark.startswith("???"):
        return [f"{colons}{{dropdown}} {title}", *body, colons]
    if title:
        return [f"{colons}{{admonition}} {title}", f":class: {kind}", "", *body, colons]
    return [f"{colons}{{{kind}}}", *body, colons]


def _colons(body: Sequence[str]) -> str:
    """Return more colons than any directive in a body has."""
    longest = max((len(run) for line in body for run in re.findall(r"^ *(:{3,})", line)), default=2)
    return ":" * (longest + 1)


def _begins(lines: Sequence[str], at: int) -> bool:
    """Whether a tab is the first of its row: text, not the end of a tab, stands before it."""
    indent = len(lines[at]) - len(lines[at].lstrip())
    for line in reversed(lines[:at]):
        if line.strip():
            own = len(line) - len(line.lstrip())
            if own <= indent:
                return not line.lstrip().startswith("=== ")
    return True


def _ends(lines: Sequence[str], end: int) -> bool:
    """Whether no other tab follows."""
    following = next((line for line in lines[end:] if line.strip()), "")
    return not following.lstrip().startswith("=== ")


def _tabs(item: Sequence[str], first: bool, last: bool) -> list[str]:  # noqa: FBT001 two facts
    """Return a tab, in a set that begins with the first and ends with the last."""
    colons = ":" * 8
    return [*([f"{colons}{{tab-set}}"] if first else []), *item, *([colons] if last else [])]


def _code(source: str, language: str, title: str, highlighted: Sequence[int]) -> list[str]:
    options = [f":caption: {title}"] if title else []
    if highlighted:
        options.append(f":emphasize-lines: {','.join(map(str, highlighted))}")
    if not options:
        return fence(source, language)
    return fence(source, f"{{code-block}} {language}", [*options, ""])


def _folded(title: str, opened: bool, lines: Sequence[str]) -> list[str]:  # noqa: FBT001 a block's own
    colons = _colons(lines)
    return [f"{colons}{{dropdown}} {title}", *([":open:"] if opened else []), "", *lines, colons]
